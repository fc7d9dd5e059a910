"""Two years of cases: contacts arrive, are registered and live on until now; the rows are written at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

from opora.casework.cases.models import Case, CaseNote, CaseStage, StagePause
from opora.casework.cases.queries.catalogue import VersionPlan
from opora.casework.cases.rules import case_number
from opora.casework.cases.stages import Channel, ClockStart, Kind, Source
from opora.config.demo.arrivals import Arrival
from opora.config.demo.copying import copy_models, copy_rows, ids_used, next_id, numbers_used
from opora.config.demo.lives import ENTRY_COLUMNS, Chronicle, Life, manner_of, registrar_role
from opora.config.demo.staff import Staff
from opora.platform.access.models import User
from opora.registry.customers.groups import UNIDENTIFIED

#: Of the contacts whose passport has but one stage, so many have their answer before they are registered.
_AT_ONCE = {Kind.CONSULTATION: 0.85, Kind.APPEAL: 0.35}
_LATELY = timedelta(days=60)


@dataclass
class History:
    """Registers contacts of the past, each at its own time, and lets them live."""

    random: Random
    staff: Staff
    groups: Mapping[str, int]
    until: datetime
    chronicle: Chronicle = field(init=False)
    numbers: dict[tuple[int, str, int], int] = field(default_factory=dict)
    plans: dict[tuple[str, str, str], VersionPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chronicle = Chronicle(
            case_ids=count(next_id(Case)),
            stage_ids=count(next_id(CaseStage)),
            note_ids=count(next_id(CaseNote)),
            pause_ids=count(next_id(StagePause)),
        )

    def live(self, arrivals: Iterable[Arrival]) -> Iterator[Life]:
        """The lives of these contacts, in the order of their registration."""
        for arrival in arrivals:
            if life := self.born(arrival):
                life.live(self.until)
                yield life

    def write(self) -> None:
        """Write everything, and let ids and numbers go on after it. To be called as the owner."""
        chronicle = self.chronicle
        for rows in (chronicle.cases, chronicle.stages, chronicle.pauses, chronicle.notes):
            copy_models(rows)
        copy_rows("journal_entry", ENTRY_COLUMNS, chronicle.entries)
        for model, ids in (
            (Case, chronicle.case_ids),
            (CaseStage, chronicle.stage_ids),
            (CaseNote, chronicle.note_ids),
            (StagePause, chronicle.pause_ids),
        ):
            ids_used(model, up_to=next(ids) - 1)
        for (branch_id, _code, year), last in self.numbers.items():
            numbers_used(f"case_{branch_id}_{year}", up_to=last)

    def registrar(self, arrival: Arrival) -> tuple[User, datetime]:
        """Who has registered the contact, and when: letters and visits wait until people are at work."""
        role, branch_id = registrar_role(arrival.channel), arrival.territory.branch_id
        if not role:
            return self.staff.system, arrival.at
        place = self.staff.head_office if role != "clerk" else branch_id
        delay = timedelta(seconds=self.random.randint(40, 400))
        moment = arrival.at + delay
        if role != "operator":
            moment = self.staff.working_moment(place, moment)
        return self.staff.users[self.staff.somebody(role, place, moment)], moment

    def born(self, arrival: Arrival) -> Life | None:
        """The case of a contact, its first stages begun; None while nobody has registered it yet."""
        branch_id, party = arrival.territory.branch_id, arrival.party
        by, registered_at = self.registrar(arrival)
        if registered_at > self.until:
            return None
        everything, clock = self.staff.catalogue, self.staff.clocks[branch_id]
        plan = self._plan(arrival, registered_at)
        case = Case(
            pk=next(self.chronicle.case_ids),
            number=self._number(branch_id, arrival.territory.branch_code, registered_at),
            branch_id=branch_id,
            district_id=arrival.territory.district_id,
            group_id=self.groups[party.group if party else UNIDENTIFIED],
            customer_id=party.id if party else None,
            usage_point_id=party.usage_point_id if party else None,
            channel=arrival.channel,
            kind=arrival.kind,
            source=Source.CITIZEN if party is None or party.group == "POPULATION" else Source.ENTITY,
            topic_id=everything.topic_ids[arrival.topic],
            passport_version_id=plan.id,
            text=arrival.text,
            contact_name=party.name if party else "",
            contact_phone=party.phone if party else "",
            contact_email=party.email if party and arrival.channel in (Channel.EMAIL, Channel.WEB) else "",
            received_at=arrival.at,
            registered_at=registered_at,
            registered_by=by,
            counts_from=arrival.at if plan.starts == ClockStart.RECEIVED else registered_at,
        )
        manner = manner_of(self.random, arrival.kind, late_share=self._late_share(registered_at))
        life = Life(
            case=case, plan=plan, catalogue=everything, clock=clock, now=registered_at, by=by, stages=[],
            chronicle=self.chronicle, staff=self.staff, topic=arrival.topic, manner=manner,
            via="web" if registrar_role(arrival.channel) else "api",
        )  # fmt: skip
        for stage in plan.stages:
            life.plan_stage(stage, round=1)
        life.time_case()
        if (employee_id := self._answers_at_once(arrival, life)) is not None:
            life.answer_at_once(employee_id)
        else:
            life.begin_ready()
        life.register([f"customers.Customer:{party.id}"] if party else [])
        self.chronicle.cases.append(case)
        self.chronicle.stages += life.stages
        return life

    def _late_share(self, registered_at: datetime) -> float:
        """Lately there is more to do than people can: so that something is overdue today."""
        return 0.13 if registered_at > self.until - _LATELY else 0.042

    def _answers_at_once(self, arrival: Arrival, life: Life) -> int | None:
        """The employee who has answered while the consumer was still there."""
        role = registrar_role(arrival.channel)
        if role not in ("operator", "clerk") or arrival.channel == Channel.VOICEMAIL or arrival.kind == Kind.COMPLAINT:
            return None
        if any(not (stage.answer or stage.optional) for stage in life.plan.stages):
            return None
        if self.random.random() > _AT_ONCE.get(Kind(arrival.kind), 0):
            return None
        return next(pk for pk, user in self.staff.users.items() if user == life.by)

    def _plan(self, arrival: Arrival, registered_at: datetime) -> VersionPlan:
        key = (arrival.topic, arrival.kind, arrival.channel)
        plan = self.plans.get(key)
        if plan is None or not plan.holds_on(registered_at.date()):
            everything = self.staff.catalogue
            plan = everything.version_for(
                topic_id=everything.topic_ids[arrival.topic],
                kind=arrival.kind,
                channel=arrival.channel,
                day=registered_at.date(),
            )
            assert plan is not None, f"no passport for {key}"
            self.plans[key] = plan
        return plan

    def _number(self, branch_id: int, code: str, registered_at: datetime) -> str:
        zone: ZoneInfo = self.staff.clocks[branch_id].hours.tz
        key = (branch_id, code, registered_at.astimezone(zone).year)
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return case_number(branch_code=code, year=key[2], sequence=self.numbers[key])
