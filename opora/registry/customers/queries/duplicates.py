"""Who may be in the base already, before he is entered a second time."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """A customer like the one being entered."""

    customer_id: int
    name: str
    group: str
    address: str
    #: What is the same: phone, inn, snils, name_and_address.
    field: str
    #: The same in words.
    reason: str


def likely_duplicates(
    *, name: str = "", phone: str = "", inn: str = "", snils: str = "", address: str = "", except_id: int | None = None
) -> Sequence[Duplicate]:
    """Customers with the same phone, INN or SNILS, or with the same name at the same address; at most ten.

    :param except_id: the customer whose card is being changed.
    """
    return []
