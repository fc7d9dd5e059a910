"""Who is it: one box for everything that may be known of a customer."""

from collections.abc import Sequence

from opora.registry.customers.queries.candidates import Candidate
from opora.registry.customers.queries.numbers import found_by_numbers
from opora.registry.customers.queries.words import found_by_words, ids_found_by_words


def identify(text: str, *, limit: int = 20) -> Sequence[Candidate]:
    """Those whom the text may mean, best first; empty text means nobody.

    A phone in any spelling or its last digits, an account, agreement, INN, SNILS, meter, usage point, e-mail: by
    their own indexes in one statement, and when one of them is found, only these. Else words of names and addresses,
    in any order, misspelt too. Several people on one number are all offered.
    """
    return found_by_numbers(text, limit=limit) or found_by_words(text, limit=limit)


def matching_ids(text: str, *, limit: int) -> list[int]:
    """Ids of the customers whom `identify` would offer, the best first, without comparing them one by one."""
    by_number = found_by_numbers(text, limit=limit)
    return [found.customer_id for found in by_number] if by_number else ids_found_by_words(text, limit=limit)
