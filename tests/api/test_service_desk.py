"""Real input: 3 000 anonymised appeals of a Russian service desk come in through the public API.

What they were about, by whose hands they went, when they were due and answered is known from the file itself; every
count below is made twice, from the file and through the API.
"""

import csv
import os
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from opora.casework.cases.permissions import CasePermission
from opora.platform.calendar.operations import load_production_xml
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.organization.operations import create_division
from tests.api.conftest import make_caller
from tests.api.region import make_region

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("OPORA_SHARED_DATA") or ROOT.parent / "shared" / "data")
APPEALS = DATA / "appeals" / "service_desk_ru.csv"
MOSCOW = ZoneInfo("Europe/Moscow")
PERIOD = {"registered_from": "2018-01-01T00:00:00+03:00", "registered_to": "2019-01-01T00:00:00+03:00"}
#: Services that have a topic and a division of their own; the rest lies under «Прочее».
SERVICES = ("АРМ", "Сервис22", "Сервис7", "Сервис2", "Сервис18", "Сервис13", "Сервис20", "Сервис11")

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not APPEALS.is_file(), reason=f"LEFT OUT: the real appeals are not in {APPEALS.parent}"),
]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=MOSCOW)


class Appeal:
    """A line of the file, read as a case."""

    def __init__(self, line: dict[str, str]) -> None:
        self.line = {name.strip(): value.strip() for name, value in line.items()}
        self.key = f"service-desk:{self.line['id']}"
        self.cancelled = self.line["Статус"] == "Отменен"
        self.service = self.line["Сервис"]
        self.about = self.line["Содержание"]
        self.decision = self.line["Решение"]

    @property
    def kind(self) -> str:
        if self.line["Тип обращения на момент подачи"] == "Инцидент":
            return "COMPLAINT"
        return "CONSULTATION" if "онсультац" in self.about else "APPLICATION"

    @property
    def channel(self) -> str:
        """Who had to be identified was on the phone; monitoring writes by itself; others came by the portal."""
        if self.decision.startswith("Личность пользователя"):
            return "PHONE"
        return "OTHER" if self.about.startswith("<Бот") else "WEB"

    @property
    def topic(self) -> str:
        return f"service_{SERVICES.index(self.service)}" if self.service in SERVICES else "other"

    @property
    def answered_at(self) -> datetime:
        return moment(self.line["Дата восстановления"])

    @property
    def late(self) -> bool:
        return not self.cancelled and self.answered_at > moment(self.line["Крайний срок"])

    def body(self, topics: dict[str, int], branch_id: int) -> dict[str, object]:
        registered = moment(self.line["Дата обращения"]).isoformat()
        told = {
            "kind": self.kind,
            "channel": self.channel,
            "topic_id": topics[self.topic],
            "branch_id": branch_id,
            "text": f"{self.about}\n{self.service}, {self.line['Система']}, {self.line['Место']}",
            "addressee": self.line["Функциональная группа"],
            "registered_at": registered,
            "due_at": moment(self.line["Крайний срок"]).isoformat(),
            "once": self.key,
        }
        if self.cancelled:
            return told
        return told | {"answered_at": self.answered_at.isoformat(), "answer": self.decision}


@pytest.fixture
def appeals():
    with APPEALS.open(encoding="utf-8-sig", newline="") as file:
        return [Appeal(line) for line in csv.DictReader(file)]


@pytest.fixture
def exchange(db):
    return make_caller(CasePermission)


@pytest.fixture
def branch(exchange):
    """The branch, its divisions by topic, and its topics by code: set up through the API too, where it has a door."""
    region = make_region()
    topics = {topic["code"]: topic["id"] for topic in exchange.get("/topics").json()}
    divisions = {"other": region.curators.pk}
    with scoped(EVERYTHING):
        load_production_xml(content=(DATA / "calendar" / "calendar_2018.xml").read_bytes(), by=exchange.user)
        for number, service in enumerate(SERVICES):
            division = create_division(branch_id=region.north.pk, code=f"С{number}", name=service, by=exchange.user)
            divisions[f"service_{number}"] = division.pk
    for number, service in enumerate(SERVICES):
        code = f"service_{number}"
        added = exchange.post("/topics", {"code": code, "name": service, "parent_id": topics["other"]})
        topics[code] = added.json()["id"]
        for role in ("CURATOR", "EXECUTOR", "SERVICES_SPECIALIST", "OPERATOR"):
            rule = {"role": role, "topic_id": topics[code], "division_id": divisions[code]}
            assert exchange.put("/routing-rules", rule).status_code == 200
    return region.north.pk, topics, divisions


def counted(exchange, by):
    return {line["key"]: line["cases"] for line in exchange.get("/statistics", by=by, **PERIOD).json()}


def total(exchange, **filters):
    count = exchange.get("/cases/count", **filters).json()
    assert count["exact"]
    return count["value"]


def test_three_thousand_real_appeals_come_in_are_found_routed_and_counted(appeals, exchange, branch):
    branch_id, topics, divisions = branch
    ids, misplaced = {}, []

    for appeal in appeals:
        registered = exchange.post("/cases/carried-over", appeal.body(topics, branch_id), key=appeal.key)
        assert registered.status_code == 201, registered.content.decode()
        case = registered.json()
        ids[appeal.key] = case["id"]
        if case["division_id"] != divisions[appeal.topic]:
            misplaced.append((appeal.key, case["division_id"]))
        if appeal.cancelled:
            reason = {"reason": appeal.decision or "Отменено"}
            assert exchange.post(f"/cases/{case['id']}/cancel", reason).status_code == 200

    assert len(appeals) == len(set(ids.values())) == 3000
    assert misplaced == []

    assert counted(exchange, "kind") == Counter(appeal.kind for appeal in appeals)
    assert counted(exchange, "channel") == Counter(appeal.channel for appeal in appeals)
    assert counted(exchange, "state") == Counter("CANCELLED" if a.cancelled else "CLOSED" for a in appeals)
    assert counted(exchange, "topic") == Counter(str(topics[appeal.topic]) for appeal in appeals)
    assert counted(exchange, "division") == Counter(str(divisions[appeal.topic]) for appeal in appeals)
    late = sum(line["late"] for line in exchange.get("/statistics", by="kind", **PERIOD).json())
    assert late == sum(appeal.late for appeal in appeals) == 0

    for code, topic_id in topics.items():
        if code.startswith("service_"):
            assert total(exchange, topic_id=topic_id) == sum(appeal.topic == code for appeal in appeals)
    complaints = [a for a in appeals if a.kind == "COMPLAINT" and not a.cancelled]
    assert total(exchange, kind="COMPLAINT", state="CLOSED") == len(complaints) == 184
    assert total(exchange, text="шлюз") == sum("шлюз" in f"{a.about} {a.service}".lower() for a in appeals)

    hundredth = exchange.get(f"/cases/{ids[appeals[99].key]}").json()
    assert hundredth["number"] == "01-2018-000100"
    assert hundredth["text"].splitlines()[0] == appeals[99].about
    assert hundredth["answer"] == appeals[99].decision
    assert moment(appeals[99].line["Крайний срок"]) == datetime.fromisoformat(hundredth["due_at"])
    assert appeals[99].answered_at == datetime.fromisoformat(hundredth["answered_at"])
    found = exchange.get("/cases/search", text="1/2018/100").json()["items"]
    assert [case["id"] for case in found] == [hundredth["id"]]

    assert walked(exchange) == sorted(ids.values())
    again = exchange.post("/cases/carried-over", appeals[0].body(topics, branch_id), key="another-key")
    assert (again.status_code, again.json()["id"]) == (201, ids[appeals[0].key])
    assert total(exchange) == 3000


def walked(exchange):
    """Ids of all cases, page after page."""
    seen, page = [], exchange.get("/cases", limit=200).json()
    while True:
        seen += [case["id"] for case in page["items"]]
        if page["next"] is None:
            return sorted(seen)
        page = exchange.follow(page["next"]).json()
