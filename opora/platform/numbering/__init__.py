"""Numbers for people: unique in their series, given without a lock that others would wait for."""
