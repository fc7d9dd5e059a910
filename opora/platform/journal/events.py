from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that has happened. Carries ids and short codes only, never personal data."""


@dataclass(frozen=True, kw_only=True)
class PersonalDataRead(Event):
    """Somebody opened a card, exported a list or found a person (152-ФЗ, ст. 19: actions with personal data are logged)."""

    what: str


def name_of(kind: type[Event]) -> str:
    """`cases.CaseRegistered`: the module that owns the event, and the fact."""
    return f"{kind.__module__.split('.')[-2]}.{kind.__name__}"
