"""The demo region: synthetic people on the map of a real service area. Deterministic: the same seed, the same region.

Nobody in it exists: names are drawn from lists, phones lie in the range +7 900 000-00-00…, requisites are computed.
"""
