"""Live pages: who changes something announces a topic, and open pages that watch it ask again.

Owns: the announcements and the stream at `/live`. Does not own: any data; a topic says only that something changed.
"""
