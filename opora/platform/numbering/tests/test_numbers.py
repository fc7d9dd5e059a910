from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from opora.platform.numbering.operations import next_number


@pytest.mark.django_db
def test_each_series_counts_on_its_own():
    assert [next_number("case_1_2026"), next_number("case_1_2026"), next_number("case_2_2026")] == [1, 2, 1]


@pytest.mark.django_db
def test_a_name_that_is_no_series_is_refused():
    with pytest.raises(DatabaseError, match="is not a series"), transaction.atomic():
        next_number("x; drop table")


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_get_eight_different_numbers_even_at_the_first_use():
    def take(_):
        try:
            return [next_number("case_9_2026") for _ in range(25)]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        taken = [number for numbers in pool.map(take, range(8)) for number in numbers]

    assert sorted(taken) == list(range(1, 201))
