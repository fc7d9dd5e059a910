"""Figures of a period, all from the rows that people work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opora.casework.cases.queries.lists import ALL, CaseFilter


class Dimension(StrEnum):
    """By what cases are counted (standard 546: type, reason, region, addressee, deadline and state, result)."""

    KIND = "kind"
    TOPIC = "topic"
    CHANNEL = "channel"
    BRANCH = "branch"
    DISTRICT = "district"
    ADDRESSEE = "addressee"
    DIVISION = "division"
    STATE = "state"
    DEADLINE = "deadline"
    RESULT = "result"
    JUSTIFIED = "justified"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Share:
    """One value of a dimension. `key` goes into the filter of a list, `title` is for people."""

    key: str
    title: str
    cases: int
    answered: int
    #: Answered after the due time, or still open after it.
    late: int


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """A row of the regulator's form 4.1: counts by channel of the form."""

    row: str
    #: In person, by phone, electronically, by post, other.
    visit: int
    phone: int
    electronic: int
    post: int
    other: int

    @property
    def total(self) -> int:
        return self.visit + self.phone + self.electronic + self.post + self.other


def statistics(
    by: Dimension, *, registered_from: datetime, registered_to: datetime, within: CaseFilter = ALL
) -> Sequence[Share]:
    """Cases registered in [from, to), counted by one dimension, the most first."""
    raise NotImplementedError


def form_rows(*, registered_from: datetime, registered_to: datetime, branch_id: int | None = None) -> Sequence[FormRow]:
    """The rows of form 4.1 (order 186, annex 7) for cases registered in [from, to): every row, also empty ones.

    A row counts those below it: “1.1” what is in “2.1.1” does not, but “2.1” does.
    """
    raise NotImplementedError
