"""Telling open pages that something has changed; what exactly, they ask themselves."""

from django.db import connection

#: The channel of PostgreSQL on which topics travel; delivered when the transaction commits, dropped when it fails.
CHANNEL = "opora_live"


def announce(*topics: str) -> None:
    """Tell every page that watches one of these topics, at commit. Repeats within a transaction are told once.

    :param topics: short names without personal data: `cases`, `case:17`, `branch:3`, `division:8`, `user:5`.
    """
    if not topics:
        return
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, topic) from unnest(%s::text[]) topic", [CHANNEL, sorted(set(topics))])
