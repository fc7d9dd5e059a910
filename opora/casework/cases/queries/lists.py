"""Lists of cases: filters, pages by key, counts, export."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from opora.casework.cases.models import Case, CaseStage, CaseWords
from opora.casework.cases.queries.catalogue import Catalogue, catalogue
from opora.casework.cases.stages import OPEN_STATES, OPEN_STATUSES

#: Up to here a count is exact; beyond, the planner's estimate is told as such.
EXACT = 5_000
#: Words that many cases have are looked for among the cases of a month first, then of a year, then of all time.
_REACHES = (timedelta(days=31), timedelta(days=366))
_BATCH = 2_000
#: A limit that nothing reaches keeps the search for words a query of its own: PostgreSQL 18 would fold it into the
#: guarded table, where its index may not be used (see `CaseWords`).
_FENCE = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """What a list of cases shows; an empty part shows everything."""

    branch_id: int | None = None
    district_id: int | None = None
    group_id: int | None = None
    states: Sequence[str] = ()
    kind: str = ""
    channel: str = ""
    source: str = ""
    topic_id: int | None = None
    passport_id: int | None = None
    division_id: int | None = None
    employee_id: int | None = None
    #: Nobody holds an open stage of it.
    unassigned: bool = False
    overdue: bool = False
    #: Due in [due_from, due_before).
    due_from: datetime | None = None
    due_before: datetime | None = None
    justified: str = ""
    result: str = ""
    #: Registered in [registered_from, registered_to).
    registered_from: datetime | None = None
    registered_to: datetime | None = None
    customer_id: int | None = None
    usage_point_id: int | None = None
    number: str = ""
    text: str = ""


ALL = CaseFilter()


@dataclass(frozen=True)
class Place:
    """After which row the next page begins."""

    registered_at: datetime
    id: int


@dataclass(frozen=True, kw_only=True)
class CaseRow:
    """A line of a list."""

    id: int
    number: str
    state: str
    kind: str
    channel: str
    source: str
    topic_id: int
    topic: str
    branch_id: int
    branch: str
    group_id: int
    customer_id: int | None
    customer: str
    contact_name: str
    contact_phone: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    text: str
    received_at: datetime
    registered_at: datetime
    due_at: datetime
    overdue: bool
    justified: str
    result: str
    answered_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class CasePage:
    """Lines, newest first, and the rows that border on the pages after and before, where there are such pages."""

    rows: Sequence[CaseRow]
    next: Place | None
    previous: Place | None = None


@dataclass(frozen=True)
class Count:
    """How many there are; about so many when not exact."""

    value: int
    exact: bool


def case_list(
    wanted: CaseFilter = ALL, *, after: Place | None = None, before: Place | None = None, limit: int = 50
) -> CasePage:
    """A page of the cases that the user may see, newest first. One query, and one for the catalogue's stamp.

    :param after: the page follows this row.
    :param before: the page ends before this row; where both are given, `after` decides.
    """
    everything = catalogue()
    backwards = before is not None and after is None
    now = timezone.now()
    values: list[Any] = []
    for reach in (*_REACHES, None) if wanted.text else (None,):
        values = list(_slice(wanted, everything, after, before, reach, now)[: limit + 1])
        if len(values) > limit:
            break
    rows = [_row(value, everything, now) for value in values[:limit]]
    more = len(values) > limit
    if backwards:
        rows.reverse()
    first, last = (_place(rows[0]), _place(rows[-1])) if rows else (None, None)
    return CasePage(
        rows,
        next=last if more or backwards else None,
        previous=first if after is not None or (backwards and more) else None,
    )


def _slice(
    wanted: CaseFilter,
    everything: Catalogue,
    after: Place | None,
    before: Place | None,
    reach: timedelta | None,
    now: datetime,
) -> QuerySet[Case, Any]:
    """The lines next to a row, or the newest ones, in the order of the walk; no further away than `reach`."""
    place = after or before
    backwards = before is not None and after is None
    start = place.registered_at if place else now
    if reach is None:
        found = filtered(wanted, everything)
    elif backwards:
        found = filtered(wanted, everything, words_until=start + reach)
    else:
        found = filtered(wanted, everything, words_since=start - reach)
    if place is not None and backwards:
        found = found.filter(
            Q(registered_at__gt=start) | Q(registered_at=start, pk__gt=place.id), registered_at__gte=start
        )
    elif place is not None:
        found = found.filter(
            Q(registered_at__lt=start) | Q(registered_at=start, pk__lt=place.id), registered_at__lte=start
        )
    order = ("registered_at", "pk") if backwards else ("-registered_at", "-pk")
    return found.order_by(*order).values_list(*_COLUMNS, named=True)


def _place(row: CaseRow) -> Place:
    return Place(row.registered_at, row.id)


def count_cases(wanted: CaseFilter = ALL) -> Count:
    """How many cases the filter finds: exact up to five thousand, beyond that the planner's estimate."""
    everything, now = catalogue(), timezone.now()
    for reach in (*_REACHES, None) if wanted.text else (None,):
        found = filtered(wanted, everything, words_since=now - reach if reach else None).order_by().values("pk")
        plan = found.explain(format="json")
        estimate: int = json.loads(plan)[0]["Plan"]["Plan Rows"] if plan else 0
        if estimate > 4 * EXACT and not wanted.text:
            return Count(estimate, exact=False)
        counted = found[: EXACT + 1].count()
        if counted > EXACT:
            return Count(max(estimate, counted), exact=False)
    return Count(counted, exact=True)


def export_rows(wanted: CaseFilter = ALL) -> Iterator[CaseRow]:
    """Every case the filter finds, newest first, read in batches: a million rows take no more memory than one page."""
    after: Place | None = None
    while True:
        page = case_list(wanted, after=after, limit=_BATCH)
        yield from page.rows
        if page.next is None:
            return
        after = page.next


def cases_of_customer(customer_id: int, *, limit: int = 20) -> Sequence[CaseRow]:
    """The customer's latest cases, for his card."""
    return case_list(CaseFilter(customer_id=customer_id), limit=limit).rows


def open_cases_of_customer(customer_id: int) -> Sequence[CaseRow]:
    """What the customer is still waiting for."""
    return case_list(CaseFilter(customer_id=customer_id, states=OPEN_STATES), limit=100).rows


def find_by_number(text: str) -> Case | None:
    """The case with this number; the zeros of its parts may be left out, the dashes may be spaces or slashes."""
    number = normal_number(text)
    return Case.objects.filter(number=number).first() if number else None


def normal_number(text: str) -> str:
    """`3 2026 123` → `03-2026-000123`; empty when the text is no case number."""
    for mark in " /–—.№":
        text = text.replace(mark, "-")
    parts = [part for part in text.strip("- \t").split("-") if part]
    if len(parts) != 3 or not parts[1].isdecimal() or not parts[2].isdecimal() or len(parts[1]) != 4:
        return ""
    branch = parts[0].zfill(2) if parts[0].isdecimal() else parts[0].upper()
    return f"{branch}-{parts[1]}-{int(parts[2]):06d}"


def search_cases(text: str, *, after: Place | None = None, limit: int = 50, within: CaseFilter = ALL) -> CasePage:
    """Cases by number if the text is one, else by the words of what was said, in any form."""
    if normal_number(text):
        return case_list(replace(within, number=text), after=after, limit=limit)
    return case_list(replace(within, text=text), after=after, limit=limit)


def filtered(
    wanted: CaseFilter,
    everything: Catalogue,
    *,
    words_since: datetime | None = None,
    words_until: datetime | None = None,
) -> QuerySet[Case]:
    """The cases that the filter finds; words only among those registered in [words_since, words_until]."""
    found = Case.objects.all()
    same = {
        "branch_id": wanted.branch_id,
        "district_id": wanted.district_id,
        "group_id": wanted.group_id,
        "kind": wanted.kind,
        "channel": wanted.channel,
        "source": wanted.source,
        "division_id": wanted.division_id,
        "employee_id": wanted.employee_id,
        "justified": wanted.justified,
        "result": wanted.result,
        "customer_id": wanted.customer_id,
        "usage_point_id": wanted.usage_point_id,
        "registered_at__gte": wanted.registered_from,
        "registered_at__lt": wanted.registered_to,
        "due_at__gte": wanted.due_from,
        "due_at__lt": wanted.due_before,
    }
    found = found.filter(**{name: value for name, value in same.items() if value not in (None, "")})
    if wanted.states:
        found = found.filter(state__in=list(wanted.states))
    if wanted.topic_id is not None:
        found = found.filter(topic_id__in=everything.subtree(wanted.topic_id))
    if wanted.passport_id is not None:
        versions = [version.id for version in everything.versions.values() if version.passport_id == wanted.passport_id]
        found = found.filter(passport_version_id__in=versions)
    if wanted.overdue:
        found = found.filter(state__in=OPEN_STATES, due_at__lt=timezone.now(), stands_since=None)
    if wanted.unassigned:
        queue = CaseStage.objects.filter(case=OuterRef("pk"), status__in=OPEN_STATUSES, employee=None)
        found = found.filter(Exists(queue), state__in=OPEN_STATES)
    if wanted.number:
        number = normal_number(wanted.number)
        found = found.filter(number=number) if number else found.filter(number__startswith=wanted.number.strip())
    if wanted.text:
        words = SearchQuery(wanted.text.translate(_YO), config="russian", search_type="websearch")
        spoken = CaseWords.objects.filter(words=words)
        if words_since is not None:
            spoken = spoken.filter(registered_at__gte=words_since)
        if words_until is not None:
            spoken = spoken.filter(registered_at__lte=words_until)
        found = found.filter(pk__in=spoken.values("pk")[:_FENCE])
    return found


_YO = str.maketrans("Ёё", "Ее")
_COLUMNS = (
    "id",
    "number",
    "state",
    "kind",
    "channel",
    "source",
    "topic_id",
    "branch_id",
    "branch__short_name",
    "group_id",
    "customer_id",
    "customer__name",
    "contact_name",
    "contact_phone",
    "division_id",
    "division__name",
    "employee_id",
    "employee__last_name",
    "employee__first_name",
    "employee__middle_name",
    "text",
    "received_at",
    "registered_at",
    "due_at",
    "stands_since",
    "justified",
    "result",
    "answered_at",
    "closed_at",
)


def _row(value: Any, everything: Catalogue, now: datetime) -> CaseRow:
    initials = [f"{name[0]}." for name in (value.employee__first_name, value.employee__middle_name) if name]
    topic = everything.topics.get(value.topic_id)
    return CaseRow(
        id=value.id,
        number=value.number,
        state=value.state,
        kind=value.kind,
        channel=value.channel,
        source=value.source,
        topic_id=value.topic_id,
        topic=topic.title if topic else "",
        branch_id=value.branch_id,
        branch=value.branch__short_name,
        group_id=value.group_id,
        customer_id=value.customer_id,
        customer=value.customer__name or "",
        contact_name=value.contact_name,
        contact_phone=value.contact_phone,
        division_id=value.division_id,
        division=value.division__name or "",
        employee_id=value.employee_id,
        employee=" ".join(filter(None, [value.employee__last_name, *initials])),
        text=value.text,
        received_at=value.received_at,
        registered_at=value.registered_at,
        due_at=value.due_at,
        overdue=value.state in OPEN_STATES and value.due_at < now and value.stands_since is None,
        justified=value.justified,
        result=value.result,
        answered_at=value.answered_at,
        closed_at=value.closed_at,
    )
