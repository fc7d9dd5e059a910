class NotReady(Exception):
    """The installation lacks something; the message tells the administrator what, and what to do."""
