"""Who may be in the base already, before he is entered a second time."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from opora.platform.names import sort_key
from opora.platform.phone import normalised
from opora.platform.search.queries import parts, telling_parts
from opora.registry.customers.models import ContactPoint, Customer, UsagePoint
from opora.registry.customers.queries.words import ids_with_words

_MOST = 10


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """A customer like the one being entered."""

    customer_id: int
    name: str
    group: str
    #: Of his first usage point.
    address: str
    #: What is the same: phone, inn, snils, name_and_address.
    field: str
    #: The same in words.
    reason: str


def likely_duplicates(
    *, name: str = "", phone: str = "", inn: str = "", snils: str = "", address: str = "", except_id: int | None = None
) -> Sequence[Duplicate]:
    """Customers with the same INN, SNILS or phone, or with the same name at the same address; at most ten.

    :param except_id: the customer whose card is being changed.
    """
    same: dict[int, str] = {}
    for field, ids in (
        ("inn", _with_requisite("inn", inn)),
        ("snils", _with_requisite("snils", snils)),
        ("phone", _with_phone(phone)),
        ("name_and_address", _with_name_and_address(name, address)),
    ):
        for customer_id in ids:
            same.setdefault(customer_id, field)
    same.pop(except_id or 0, None)
    if not same:
        return []
    places = UsagePoint.objects.filter(customer__in=same).order_by("customer", "number").distinct("customer")
    addresses = dict(places.values_list("customer_id", "address"))
    customers = Customer.objects.select_related("group").defer("document").in_bulk(same)
    reasons = {
        "inn": _("the same INN"),
        "snils": _("the same SNILS"),
        "phone": _("the same phone"),
        "name_and_address": _("the same name at the same address"),
    }
    return [
        Duplicate(
            customer_id=customer.pk, name=customer.name, group=customer.group.name,
            address=addresses.get(customer.pk, ""), field=same[customer.pk], reason=reasons[same[customer.pk]],
        )
        for customer in (customers[customer_id] for customer_id in same if customer_id in customers)
    ][:_MOST]  # fmt: skip


def _with_requisite(field: str, value: str) -> list[int]:
    digits = "".join(filter(str.isdigit, value))
    if not digits:
        return []
    return list(Customer.objects.filter(**{field: digits}).order_by("pk").values_list("pk", flat=True)[:_MOST])


def _with_phone(phone: str) -> list[int]:
    number = normalised(phone)
    if number is None:
        return []
    same = ContactPoint.objects.filter(value=number, kind=ContactPoint.Kind.PHONE)
    return list(same.order_by("customer").values_list("customer_id", flat=True)[:_MOST])


def _with_name_and_address(name: str, address: str) -> list[int]:
    """Customers of exactly this name in whose addresses all the telling words of this one occur."""
    if not name.strip() or not address.strip():
        return []
    ids = ids_with_words([*parts(name), *telling_parts(address)], limit=_MOST)
    same = Customer.objects.filter(pk__in=ids, name_key=sort_key(name))
    return list(same.order_by("pk").values_list("pk", flat=True))
