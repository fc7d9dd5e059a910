"""Cases of the benchmarks' database are cast from lives: a cast differs from its life only in what is its own."""

from itertools import count
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from bench.load import Caster, Pool
from bench.moulds import mould, tables
from opora.casework.cases.models import Case, CaseNote, CaseStage, StagePause
from opora.config.demo.arrivals import Arrivals
from opora.config.demo.building import DAY, YEARS
from opora.config.demo.copying import as_owner, copy_models
from opora.config.demo.customers import Party
from opora.config.demo.history import History
from opora.config.demo.staff import read_staff
from opora.config.demo.structure import territories
from opora.platform.access.models import User
from opora.platform.journal.models import Entry
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import CustomerGroup, UsagePoint

pytestmark = pytest.mark.usefixtures("region")

OWN = {"id", "number", "case_id", "stage_id", "customer_id", "usage_point_id"}
TOLD = {"contact_name", "contact_phone", "contact_email"}


class Streams(list):
    """What would be written into each table."""

    def __init__(self):
        super().__init__(_Kept() for _table in tables())


class _Kept:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text


@pytest.fixture
def history():
    with scoped(EVERYTHING):
        groups = dict(CustomerGroup.objects.values_list("code", "pk"))
        staff = read_staff(Random(5), User.objects.get(is_system=True))
        yield History(random=Random(5), staff=staff, groups=groups, until=timezone.now())


def test_a_cast_differs_from_its_life_only_in_what_is_its_own(history):
    point = UsagePoint.objects.filter(customer__kind="INDIVIDUAL").select_related("customer").latest("pk")
    place = next(n for n, territory in enumerate(territories()) if territory.district_id == point.district_id)
    party = Party(point.customer_id, "POPULATION", place, "Имя", "+79000000077", "", point.pk, "адрес", "1", "2")
    pool = Pool()
    pool.ids.append(point.customer_id)
    pool.points.append(point.pk)
    pool.phones.append(79000000077)
    today = timezone.localdate()
    arrivals = Arrivals(history.random, [party], territories())
    arrivals.parties = {sort: [party] for sort in arrivals.parties}
    coming = arrivals.between(today - YEARS, today - DAY, count=60, until=history.until)
    last = Case.objects.latest("pk").pk

    for number, life in enumerate(history.live(coming)):
        chronicle, streams = history.chronicle, Streams()
        caster = Caster(streams, Random(1), count(last + 1_000_000 + number), count(10**9 + 100 * number))
        caster.cast(mould(life, chronicle, with_journal=True), pool if life.case.customer_id else None, 1)
        entries = list(chronicle.entries)
        life.case.number = f"{life.case.number[:8]}9{number:05d}"
        for row in (*chronicle.notes, *chronicle.pauses):
            row.pk += 10**9  # out of the way of those that the table numbers itself
        with as_owner():
            copy_models(chronicle.cases)
            copy_models(chronicle.stages)
            copy_models(chronicle.notes)
            copy_models(chronicle.pauses)
            for (table, columns), stream in zip(tables(), streams, strict=True):
                with (
                    connection.cursor() as cursor,
                    cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as copy,
                ):
                    copy.write(stream.text.replace(life.case.number[:8] + "000001", f"99-2000-{number:06d}"))
        twin = last + 1_000_000 + number
        assert _rows(Case, {"pk": twin}, OWN | TOLD) == _rows(Case, {"pk": life.case.pk}, OWN | TOLD)
        for model, key in ((CaseStage, "case_id"), (CaseNote, "case_id"), (StagePause, "stage__case_id")):
            assert _rows(model, {key: twin}, OWN) == _rows(model, {key: life.case.pk}, OWN)
        told = Entry.objects.filter(about__contains=[f"cases.Case:{twin}"]).order_by("pk")
        assert [_told(entry.event, entry.facts) for entry in told] == [_told(e[0], e[1].obj) for e in entries]
        stages = set(CaseStage.objects.filter(case_id=twin).values_list("pk", flat=True))
        assert all(entry.facts["case_id"] == twin for entry in told)
        assert {entry.facts["stage_id"] for entry in told if "stage_id" in entry.facts} <= stages
        for rows in (chronicle.cases, chronicle.stages, chronicle.notes, chronicle.pauses, chronicle.entries):
            rows.clear()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def _rows(model, where, own):
    fields = [field.attname for field in model._meta.concrete_fields if field.attname not in own]
    return list(model.objects.filter(**where).order_by("pk").values_list(*fields))


def _told(event, facts):
    return event, {name: value for name, value in facts.items() if name not in OWN | {"note_id"}}
