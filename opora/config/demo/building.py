"""Building the demo region in an installation that has its reference data and nothing else."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from opora.casework.cases.stages import State
from opora.config.demo.addresses import build_register
from opora.config.demo.arrivals import ZONE, Arrivals
from opora.config.demo.copying import analyse, as_owner, copy_rows, ids_used, next_id
from opora.config.demo.crews import build_crews
from opora.config.demo.customers import TABLES, CustomerStream, Party
from opora.config.demo.history import History
from opora.config.demo.lives import Life
from opora.config.demo.network import build_network
from opora.config.demo.present import live_through_today
from opora.config.demo.staff import read_staff
from opora.config.demo.structure import ACCOUNTS, PASSWORD, build_company, territories
from opora.config.progress import OnProgress
from opora.platform.access.operations import ensure_system_user
from opora.platform.calendar import queries as calendar
from opora.platform.journal.operations import make_partitions
from opora.processes.outages.operations import count_points
from opora.registry.customers.models import Customer, CustomerGroup, UsagePoint
from opora.registry.customers.operations import match_usage_point_addresses, refresh_documents
from opora.registry.organization import queries as organization

#: Username, password and role of one employee for each role.
LOGINS: Sequence[tuple[str, str, str]] = [(name, PASSWORD, title) for name, (_branch, title) in ACCOUNTS.items()]

SEED = 186_2014
YEARS = timedelta(days=730)
DAY = timedelta(days=1)
BATCH = 5_000


@dataclass(frozen=True)
class Size:
    """How much of the region is built."""

    customers: int
    cases: int


WHOLE = Size(customers=20_000, cases=18_000)
SMALL = Size(customers=2_000, cases=1_800)


def build_demo(*, on_progress: OnProgress, small: bool, now: datetime | None = None) -> None:
    """Build the region, in the caller's transaction and in a scope that sees everything.

    :param now: the present moment, up to which history is told.
    """
    gc.disable()  # nothing is garbage until the end: the collector would only walk through all of it again and again
    try:
        _build(on_progress, SMALL if small else WHOLE, now or timezone.now())
    finally:
        gc.enable()


def _build(on_progress: OnProgress, size: Size, now: datetime) -> None:
    today = now.astimezone(ZONE).date()
    random = Random(SEED)
    calendar.forget()
    organization.forget()
    system = ensure_system_user()
    build_company(random, today, by=system)
    on_progress(5, 100)
    make_partitions(first=today - YEARS, last=today)
    groups = dict(CustomerGroup.objects.values_list("code", "pk"))
    with as_owner():
        parties = load_customers(random, size.customers, today)
        build_register(today, said=[party.address for party in parties], by=system)
        on_progress(20, 100)
        arrivals = Arrivals(random, parties, territories())
        history = History(random=random, staff=read_staff(random, system), groups=groups, until=now)
        unfinished: list[Life] = []
        coming = arrivals.between(today - YEARS, today - DAY, count=size.cases, until=now)
        for number, life in enumerate(history.live(coming)):
            if life.case.state != State.CLOSED:
                unfinished.append(life)
            if number % 500 == 0:
                on_progress(20 + 60 * number // size.cases, 100)
        history.write()
        analyse("cases_case", "cases_casestage", "cases_casenote", "cases_stagepause")
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")  # says at once what would be refused at the end
    on_progress(85, 100)
    match_usage_point_addresses(by=system)
    build_network(by=system)
    count_points()  # indices of reliability divide by them from the first day
    build_crews(by=system)
    on_progress(90, 100)
    todays = arrivals.between(today, today, count=max(20, size.cases // 700), until=now)
    live_through_today(random, history, todays, unfinished)
    on_progress(100, 100)


def load_customers(random: Random, count: int, today: date) -> list[Party]:
    """Write so many customers with everything that belongs to them."""
    stream = CustomerStream(
        random=random,
        territories=territories(),
        groups=dict(CustomerGroup.objects.values_list("code", "pk")),
        today=today,
        first_id=next_id(Customer),
        first_point=next_id(UsagePoint),
    )
    everybody: list[Party] = []
    for parties, rows in stream.batches(count, size=BATCH):
        for table, columns in TABLES.items():
            copy_rows(table, columns, rows[table])
        everybody += parties
    analyse(*TABLES)
    for start in range(0, count, BATCH):
        refresh_documents([party.id for party in everybody[start : start + BATCH]])
    ids_used(Customer, up_to=everybody[-1].id)
    ids_used(UsagePoint, up_to=stream.first_point + stream.points - 1)
    return everybody
