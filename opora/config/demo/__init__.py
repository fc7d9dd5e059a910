"""The demo region: synthetic people on the map of a real service area. Deterministic: the same seed, the same region.

Nobody in it exists: names are drawn from lists, phones lie in the range +7 900 000-00-00…, requisites are computed.
The company is built by operations, two years of history in bulk by the engine of the operations (see `lives.py`), and
what happens today by operations again.
"""

from opora.config.demo.building import LOGINS, build_demo

__all__ = ["LOGINS", "build_demo"]
