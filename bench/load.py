"""Filling the benchmarks' database: the demo's company, streams of its customers, and casts of its cases, by COPY."""

import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from psycopg import Copy, sql

from bench import ground
from bench.measure import record
from bench.moulds import cast_entry, mould, tables
from opora.config import database, installation
from opora.config.demo.arrivals import ZONE, Arrivals
from opora.config.demo.building import SEED
from opora.config.demo.copying import analyse, copy_rows, ids_used, next_id, numbers_used
from opora.config.demo.customers import TABLES, CustomerStream, Party
from opora.config.demo.history import History
from opora.config.demo.lives import Chronicle
from opora.config.demo.staff import read_staff
from opora.config.demo.structure import build_company, territories
from opora.config.progress import OnProgress, Progress
from opora.platform.access.operations import ensure_system_user
from opora.platform.calendar import queries as calendar
from opora.platform.journal.operations import make_partitions
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import Customer, CustomerGroup, UsagePoint
from opora.registry.organization import queries as organization

CASE_TABLES = ("cases_case", "cases_casestage", "cases_casenote", "cases_stagepause")
#: A region like this one registers half a million contacts a year: a larger base is an older one.
CASES_A_YEAR = 500_000
#: Lives that are lived; all other cases are cast from them.
LIVES = 60_000
#: The journal is written for so many days: nothing that is measured reads further back.
JOURNAL = timedelta(days=60)
#: Customers whose words are put together in one statement.
BATCH = 20_000
NULL = "\\N"


@dataclass
class Pool:
    """Customers of one group in one district, as far as a case needs them."""

    ids: "array[int]" = field(default_factory=lambda: array("q"))
    points: "array[int]" = field(default_factory=lambda: array("q"))
    phones: "array[int]" = field(default_factory=lambda: array("q"))


@dataclass
class Loader:
    """Loads everything, in steps that say how long they took."""

    customers: int
    cases: int
    now: datetime
    random: Random = field(default_factory=lambda: Random(SEED))
    pools: dict[tuple[int, str], Pool] = field(default_factory=dict)
    #: A part of the customers, whole: contacts of the lives that are lived are theirs.
    parties: list[Party] = field(default_factory=list)

    def load(self, progress: Progress) -> None:
        ground.make_anew()
        installation.prepare(progress)
        database.become_owner()
        connection.ensure_connection()
        today = self.now.astimezone(ZONE).date()
        with progress.step("Company"), scoped(EVERYTHING):
            calendar.forget()
            organization.forget()
            build_company(self.random, today, by=ensure_system_user())
            make_partitions(first=(self.now - JOURNAL).date(), last=today)
        with connection.cursor() as cursor:
            cursor.execute("set synchronous_commit = off")
        taken = ground.take_off(list(TABLES))
        with progress.step("Customers") as on_progress:
            self._customers(on_progress)
        own = [statement for statement in taken.indexes if " ON public.customers_customer " in statement]
        with progress.step("Customers: keys and indexes of what belongs to them") as on_progress:
            ground.put_back(taken.keys, on_progress)
            ground.put_back([statement for statement in taken.indexes if statement not in own], on_progress)
        with progress.step("Customers: words of the search") as on_progress:
            self._documents(on_progress)
        with progress.step("Customers: their own indexes, foreign keys") as on_progress:
            ground.put_back(own, on_progress)
            ground.put_back(taken.foreign, on_progress)
        taken = ground.take_off([*CASE_TABLES, "journal_entry"])
        with progress.step("Cases") as on_progress:
            self._cases(on_progress)
        for title, statements in (("keys", taken.keys), ("indexes", taken.indexes), ("foreign keys", taken.foreign)):
            with progress.step(f"Cases: {title}") as on_progress:
                ground.put_back(statements, on_progress)
        with progress.step("Statistics"), ground.reach() as owner:
            owner.execute("vacuum (analyze)")

    def _customers(self, on_progress: OnProgress) -> None:
        stream = CustomerStream(
            random=self.random,
            territories=territories(),
            groups=dict(CustomerGroup.objects.values_list("code", "pk")),
            today=self.now.astimezone(ZONE).date(),
            first_id=next_id(Customer),
            first_point=next_id(UsagePoint),
        )
        done = 0
        for parties, rows in stream.batches(self.customers, size=BATCH):
            with transaction.atomic():
                for table, names in TABLES.items():
                    copy_rows(table, names, rows[table])
            self._keep(parties)
            done += len(parties)
            on_progress(done, self.customers)
        ids_used(Customer, up_to=stream.first_id + self.customers - 1)
        ids_used(UsagePoint, up_to=stream.first_point + stream.points - 1)

    def _keep(self, parties: list[Party]) -> None:
        for party in parties:
            pool = self.pools.setdefault((party.territory, party.group), Pool())
            pool.ids.append(party.id)
            pool.points.append(party.usage_point_id)
            pool.phones.append(int(party.phone))
        if len(self.parties) < LIVES:
            self.parties += parties

    def _documents(self, on_progress: OnProgress) -> None:
        """What `identify` searches, put together by the module's own function, set by set."""
        analyse(*TABLES)
        with connection.cursor() as cursor:
            cursor.execute("select min(id), max(id) from customers_customer")
            first, last = cursor.fetchone()
        starts = range(first, last + 1, BATCH)
        done = count(1)

        def refresh(start: int) -> None:
            with ground.reach() as owner:
                owner.execute("set synchronous_commit = off")
                owner.execute(
                    "select customers_refresh_documents(array_agg(id)) from customers_customer"
                    " where id between %s and %s",
                    [start, start + BATCH - 1],
                )
            on_progress(next(done), len(starts))

        with ThreadPoolExecutor(2) as workers:
            list(workers.map(refresh, starts))
        with ground.reach() as owner:  # every row was written twice: give the room back
            owner.execute("vacuum (full) customers_customer")

    def _cases(self, on_progress: OnProgress) -> None:
        today = self.now.astimezone(ZONE).date()
        groups = dict(CustomerGroup.objects.values_list("code", "pk"))
        history = History(
            random=self.random, staff=read_staff(self.random, ensure_system_user()), groups=groups, until=self.now
        )
        lives = min(LIVES, max(5_000, self.cases // 20), self.cases)
        first = today - timedelta(days=365 * max(2, self.cases // CASES_A_YEAR))
        arrivals = Arrivals(self.random, self.parties, history_territories := territories())
        coming = arrivals.between(first, today, count=lives, until=self.now)
        places = {territory.district_id: place for place, territory in enumerate(history_territories)}
        names = {pk: code for code, pk in groups.items()}
        with ExitStack() as stack:
            streams = [stack.enter_context(_stream(stack, table, columns)) for table, columns in tables()]
            caster = Caster(streams, self.random, next_id_of("cases_case"), next_id_of("cases_casestage"))
            made = 0
            for number, life in enumerate(history.live(coming), start=1):
                case = life.case
                with_journal = case.registered_at > self.now - JOURNAL
                cast = mould(life, history.chronicle, with_journal=with_journal)
                many = self.cases * number // lives - made
                pool = self.pools[places[case.district_id], names[case.group_id]] if case.customer_id else None
                caster.cast(cast, pool, many)
                made += many
                _forget(history.chronicle)
                if number % 1000 == 0:
                    on_progress(number, lives)
        caster.keep_counters()


@dataclass
class Caster:
    """Writes casts into the streams of the tables."""

    streams: list[Copy]
    random: Random
    case_ids: "count[int]"
    stage_ids: "count[int]"
    numbers: dict[tuple[int, str, int], int] = field(default_factory=dict)

    def cast(self, cast: Any, pool: Pool | None, many: int) -> None:
        """So many cases of one mould, each for a customer of the pool."""
        case, random = cast.life.case, self.random.random
        code, year = case.number[:2], int(case.number[3:7])
        key = (case.branch_id, code, year)
        last = self.numbers.get(key, 0)
        self.numbers[key] = last + many
        lines: list[list[str]] = [[] for _ in self.streams]
        for sequence in range(last + 1, last + many + 1):
            case_id, number = next(self.case_ids), f"{code}-{year}-{sequence:06d}"
            if pool is None:
                customer_id, own = None, f"{NULL}\t{NULL}\t\t\t"
            else:
                place = int(random() * len(pool.ids))
                customer_id = pool.ids[place]
                own = f"{customer_id}\t{pool.points[place]}\t\t+{pool.phones[place]}\t"
            lines[0].append(f"{case_id}\t{number}\t{own}\t{cast.case}")
            first = next(self.stage_ids)
            lines[1].append(f"{first}\t{case_id}\t{cast.stages[0]}")
            lines[1] += [f"{next(self.stage_ids)}\t{case_id}\t{stage}" for stage in cast.stages[1:]]
            for stage, note in cast.notes:
                lines[2].append(f"{case_id}\t{NULL if stage is None else first + stage}\t{note}")
            for stage, pause in cast.pauses:
                lines[3].append(f"{first + stage}\t{pause}")
            for entry in cast.entries:
                lines[4].append(
                    cast_entry(entry, case_id=case_id, number=number, first_stage=first, customer_id=customer_id)
                )
        for stream, found in zip(self.streams, lines, strict=True):
            if found:
                stream.write("".join(found))

    def keep_counters(self) -> None:
        """Let ids and numbers go on after what was written."""
        with connection.cursor() as cursor:
            for table, ids in (("cases_case", self.case_ids), ("cases_casestage", self.stage_ids)):
                cursor.execute("select setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, next(ids) - 1])
        for (branch_id, _code, year), last in self.numbers.items():
            numbers_used(f"case_{branch_id}_{year}", up_to=last)


def load(*, customers: int, cases: int) -> None:
    """Fill the database anew, and keep how long it took; the target is that of the large scale."""
    started = time.monotonic()
    Loader(customers=customers, cases=cases, now=timezone.now()).load(Progress())
    database.become_app()  # what is measured afterwards is measured under row-level security
    minutes = (time.monotonic() - started) / 60
    record("load: everything", minutes, "min", target=15, scale=ground.scale())


def next_id_of(table: str) -> "count[int]":
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return count(int(cursor.fetchone()[0]))


def _stream(stack: ExitStack, table: str, columns: list[str]) -> Any:
    """A COPY of its own connection and transaction; into an emptied table rows are written as old as time."""
    owner = stack.enter_context(ground.reach())
    stack.enter_context(owner.transaction())
    owner.execute("set synchronous_commit = off")
    freeze = ""
    if table != "journal_entry":
        owner.execute(f"truncate {table}")
        freeze = " with (freeze)"
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("copy {} ({}) from stdin" + freeze).format(sql.Identifier(table), names)
    return owner.cursor().copy(statement)


def _forget(chronicle: Chronicle) -> None:
    for rows in (chronicle.cases, chronicle.stages, chronicle.pauses, chronicle.notes, chronicle.entries):
        rows.clear()
