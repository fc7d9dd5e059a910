from django.db import connection


def next_number(series: str) -> int:
    """The next number of a series such as `case_3_2026`; gaps are possible, repeats are not.

    Each series is a PostgreSQL sequence, made at its first use: a counter row would make every registration of a
    branch wait for the one before it.

    :param series: letters, digits and underscores only.
    """
    with connection.cursor() as cursor:
        cursor.execute("select numbering_next(%s)", [series])
        number: int = cursor.fetchone()[0]
    return number
