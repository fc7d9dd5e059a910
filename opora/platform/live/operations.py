"""Telling open pages that something has changed; what exactly, they ask themselves."""

from itertools import islice

from django.db import connection

#: The channel of PostgreSQL on which topics travel; delivered when the transaction commits, dropped when it fails.
CHANNEL = "opora_live"
#: How many topics travel in one notification, which holds 8 000 bytes.
TOGETHER = 200


def announce(*topics: str) -> None:
    """Tell every page that watches one of these topics, at commit. Repeats within a transaction are told once.

    :param topics: short names without personal data and spaces: `cases`, `case:17`, `branch:3`, `division:8`, `user:5`.
    """
    ordered = iter(sorted(set(topics)))
    while together := " ".join(islice(ordered, TOGETHER)):
        with connection.cursor() as cursor:
            cursor.execute("select pg_notify(%s, %s)", [CHANNEL, together])
