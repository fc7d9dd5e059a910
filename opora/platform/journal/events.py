from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_kinds: dict[str, type["Event"]] = {}


def name_of(kind: type["Event"]) -> str:
    """`cases.CaseRegistered`: the module that owns the event, and the fact."""
    return f"{kind.__module__.split('.')[-2]}.{kind.__name__}"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that has happened. Carries ids and short codes only, never personal data."""

    #: The words of the history line; the name of the fact when a class gives none.
    label: ClassVar[Promise | str] = ""

    def __init_subclass__(cls) -> None:
        _kinds[name_of(cls)] = cls


@dataclass(frozen=True, kw_only=True)
class PersonalDataRead(Event):
    """Somebody opened a card, exported a list or found a person: 152-ФЗ, ст. 19, wants it logged."""

    label: ClassVar[Promise | str] = _("Personal data read")

    what: str


def label_of(name: str) -> str:
    """The words for an event of that name; the name itself when its class is gone or says nothing."""
    kind = _kinds.get(name)
    return str(kind.label) if kind and kind.label else name
