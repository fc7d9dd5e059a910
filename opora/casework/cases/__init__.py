"""Cases: every contact of a consumer, and the passport it follows.

Owns: cases, their stages, pauses, notes and attachments; topics; passports and their versions; routing rules; the
deadlines of all of these. Does not own: the subjects of processes (an outage report, a connection), which point here.
"""
