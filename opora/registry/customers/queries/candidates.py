"""Those whom a text may mean."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may be meant, and why."""

    customer_id: int
    name: str
    group: str
    #: Of `Customer.Kind`.
    kind: str
    #: The usage point meant by the text, else the customer's first.
    usage_point_id: int | None
    address: str
    account: str
    #: His number to call, in E.164; the matching one when he was found by phone.
    phone: str
    #: What matched: phone, email, account, usage_point, meter, agreement, inn, snils, name, address.
    field: str
    #: The same in words, in the language of the reader: «телефон совпадает», «фамилия похожа: Иваненко».
    reason: str
    #: Found by a number that says who it is; otherwise by words that are like his.
    exact: bool
