"""Who may do what, and whose data he may see.

Owns: users, roles, scopes, API tokens. Does not own: employees (`registry.organization`), which point here.
"""
