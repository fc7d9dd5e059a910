"""The public API's technique: doors with permissions, problem documents, repeated requests, cursors, limits.

Owns: answers kept for repeated requests. Does not own: any endpoint; those are in the modules' `api.py`.
See `docs/how-to/api.md`.
"""
