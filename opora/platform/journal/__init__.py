"""Facts: one row is the audit trail, the history on a card and the outbox of jobs.

Owns: the journal and the running of handlers. Knows no module above; who reacts to what is in
`config/subscriptions.py`.
"""
