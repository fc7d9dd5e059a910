"""Technique without business words. Everything above may import from here; nothing here imports from above."""
