"""The database engine: Django's own, with a cheaper look at a connection kept from the request before."""
