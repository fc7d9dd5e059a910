"""Figures of a period, all from the rows that people work on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case as Conditional
from django.db.models import CharField, Count, F, Q, TextChoices, Value, When
from django.db.models.functions import TruncMonth
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opora.casework.cases.models import Case
from opora.casework.cases.queries.catalogue import Catalogue, catalogue
from opora.casework.cases.queries.lists import ALL, CaseFilter, filtered
from opora.casework.cases.stages import OPEN_STATES, Channel, Justified, Kind, Result, Source, State
from opora.registry.organization.models import Branch, District, Division


class Dimension(StrEnum):
    """By what cases are counted (standard 546: type, reason, region, addressee, deadline and state, result)."""

    KIND = "kind"
    TOPIC = "topic"
    CHANNEL = "channel"
    SOURCE = "source"
    BRANCH = "branch"
    DISTRICT = "district"
    ADDRESSEE = "addressee"
    DIVISION = "division"
    STATE = "state"
    DEADLINE = "deadline"
    RESULT = "result"
    JUSTIFIED = "justified"
    MONTH = "month"


class Deadline(TextChoices):
    """Whether a case has kept its term."""

    IN_TIME = "IN_TIME", gettext_lazy("answered in time")
    LATE = "LATE", gettext_lazy("answered late")
    RUNNING = "RUNNING", gettext_lazy("open, the term runs")
    OVERDUE = "OVERDUE", gettext_lazy("open, the term is spent")
    CANCELLED = "CANCELLED", gettext_lazy("cancelled")


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
    """A row of the regulator's form 4.1: counts by the form's channels."""

    row: str
    title: str
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
    """Cases registered in [from, to), counted by one dimension, the most first. One statement, one more for names."""
    everything, now = catalogue(), timezone.now()
    found = filtered(within, everything).filter(registered_at__gte=registered_from, registered_at__lt=registered_to)
    if by is Dimension.DEADLINE:
        found = found.annotate(deadline=_deadline(now))
    if by is Dimension.MONTH:
        found = found.annotate(month=TruncMonth("registered_at"))
    column = f"{by}_id" if by in _KEYS else by.value
    late = Q(answered_at__gt=F("due_at")) | Q(state__in=OPEN_STATES, due_at__lt=now, stands_since=None)
    rows = list(
        found.order_by().values(column).annotate(
            cases=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False)), late=Count("pk", filter=late)
        )
    )  # fmt: skip
    titles = _titles(by, everything)
    shares = [
        Share(
            key=_key(row[column]),
            title=titles.get(row[column], _key(row[column])),
            cases=row["cases"],
            answered=row["answered"],
            late=row["late"],
        )
        for row in rows
    ]
    if by is Dimension.MONTH:
        return sorted(shares, key=lambda share: share.key)
    return sorted(shares, key=lambda share: (-share.cases, share.title, share.key))


def form_rows(*, registered_from: datetime, registered_to: datetime, branch_id: int | None = None) -> Sequence[FormRow]:
    """The rows of form 4.1 (order 186, annex 7) for cases registered in [from, to): every row, also empty ones.

    Rows 1 count every contact, rows 2 those that contain a complaint, rows 3 those that ask for a service; a row
    counts those below it. What was cancelled never was a contact.
    """
    everything = catalogue()
    found = Case.objects.filter(registered_at__gte=registered_from, registered_at__lt=registered_to)
    found = found.exclude(state=State.CANCELLED)
    if branch_id is not None:
        found = found.filter(branch=branch_id)
    counts = {row: dict.fromkeys(_COLUMNS.values(), 0) for row in FORM}
    for topic_id, kind, channel, number in (
        found.order_by().values_list("topic_id", "kind", "channel").annotate(number=Count("pk"))
    ):
        rows = everything.topics[topic_id].rows
        for row in {rows[Kind.APPEAL], rows[kind]} - {""}:
            for above in _and_above(row):
                counts[above][_COLUMNS[channel]] += number
    return [FormRow(row=row, title=str(title), **counts[row]) for row, title in FORM.items()]


#: Rows of the form in its order.
FORM = {
    "1": gettext_lazy("All contacts of consumers"),
    "1.1": gettext_lazy("Transmission of electricity"),
    "1.2": gettext_lazy("Connection to the grid"),
    "1.3": gettext_lazy("Commercial metering"),
    "1.4": gettext_lazy("Quality of service"),
    "1.5": gettext_lazy("Maintenance of grid objects"),
    "1.6": gettext_lazy("Other"),
    "2": gettext_lazy("Contacts with a complaint"),
    "2.1": gettext_lazy("Complaints about transmission"),
    "2.1.1": gettext_lazy("Complaints about the quality of transmission services"),
    "2.1.2": gettext_lazy("Complaints about the quality of electricity"),
    "2.2": gettext_lazy("Complaints about connection to the grid"),
    "2.3": gettext_lazy("Complaints about commercial metering"),
    "2.4": gettext_lazy("Complaints about the quality of service"),
    "2.5": gettext_lazy("Complaints about maintenance of grid objects"),
    "2.6": gettext_lazy("Other complaints"),
    "3": gettext_lazy("Applications for services"),
    "3.1": gettext_lazy("Applications for connection to the grid"),
    "3.2": gettext_lazy("Applications for a transmission contract"),
    "3.3": gettext_lazy("Applications for commercial metering"),
    "3.4": gettext_lazy("Other applications"),
}
#: The form's columns: in person, by phone, electronically, on paper, other.
_COLUMNS = {
    Channel.VISIT.value: "visit",
    Channel.PHONE.value: "phone",
    Channel.VOICEMAIL.value: "phone",
    Channel.EMAIL.value: "electronic",
    Channel.WEB.value: "electronic",
    Channel.POST.value: "post",
    Channel.OTHER.value: "other",
}
_KEYS = (Dimension.TOPIC, Dimension.BRANCH, Dimension.DISTRICT, Dimension.DIVISION)
_WORDS: dict[Dimension, type[TextChoices]] = {
    Dimension.KIND: Kind,
    Dimension.CHANNEL: Channel,
    Dimension.SOURCE: Source,
    Dimension.STATE: State,
    Dimension.DEADLINE: Deadline,
    Dimension.RESULT: Result,
    Dimension.JUSTIFIED: Justified,
}


def _deadline(now: datetime) -> Conditional:
    return Conditional(
        When(state=State.CANCELLED, then=Value(Deadline.CANCELLED.value)),
        When(answered_at__gt=F("due_at"), then=Value(Deadline.LATE.value)),
        When(answered_at__isnull=False, then=Value(Deadline.IN_TIME.value)),
        When(due_at__lt=now, stands_since=None, then=Value(Deadline.OVERDUE.value)),
        default=Value(Deadline.RUNNING.value),
        output_field=CharField(),
    )


def _titles(by: Dimension, everything: Catalogue) -> dict[Any, str]:
    if by in _WORDS:
        return {"": _("not given"), **{choice.value: str(choice.label) for choice in _WORDS[by]}}
    if by is Dimension.TOPIC:
        return {topic.id: topic.title for topic in everything.topics.values()}
    names = {
        Dimension.BRANCH: Branch.objects.values_list("pk", "name"),
        Dimension.DISTRICT: District.objects.values_list("pk", "name"),
        Dimension.DIVISION: Division.objects.values_list("pk", "name"),
    }
    return {None: _("not given"), "": _("not given"), **dict(names.get(by, ()))}


def _key(value: object) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m")
    return "" if value is None else str(value)


def _and_above(row: str) -> list[str]:
    """2.1.1 → 2.1.1, 2.1, 2."""
    parts = row.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
