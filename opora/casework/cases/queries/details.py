"""One case with everything that its page and the API show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.models import Case, CaseExtension, CaseNote, CaseStage, StagePause
from opora.casework.cases.queries.actions import Action, actions_of_case, actions_of_stage, allowed
from opora.casework.cases.queries.catalogue import VersionPlan, catalogue
from opora.casework.cases.queries.clock import Clock, clock_of
from opora.casework.cases.rules import REOPENING
from opora.casework.cases.stages import OPEN_STATES, StageStatus, State
from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.scope import current_scope
from opora.registry.organization.models import Employee


@dataclass(frozen=True, kw_only=True)
class PauseLine:
    """While the clock of a stage stood; without an end it stands still."""

    reason: str
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class StageDetails:
    """One run of a stage. Those of earlier rounds were returned or repeated."""

    id: int
    code: str
    title: str
    ordinal: int
    round: int
    #: The last run of this stage: only such are worked on.
    latest: bool
    role: str
    status: str
    optional: bool
    #: It ends with the answer to the applicant: `answer_case` finishes it.
    answer: bool
    #: Codes of stages and events that it follows.
    after: Sequence[str]
    content: str
    form: str
    expected_result: str
    legal_reference: str
    verified: bool
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    started_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    result: str
    overdue: bool
    #: Working time left until the due time, negative when it has passed; None when nothing runs or the clock stands.
    remaining: timedelta | None
    #: Per cent of the term of which warning was given: 0, 50, 80, 100.
    warned: int
    pauses: Sequence[PauseLine]
    pause_reasons: Sequence[str]
    actions: frozenset[Action]


@dataclass(frozen=True, kw_only=True)
class NoteLine:
    """An internal note."""

    id: int
    kind: str
    text: str
    stage: str
    by_id: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ExtensionLine:
    """The one extension of the case."""

    days: int
    due_before: datetime
    by_id: int
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CaseDetails:
    """A case, whole. Attachments are asked of `queries.attachments`, history of the journal."""

    id: int
    number: str
    #: Give it back with a change: somebody else's save meanwhile is then noticed.
    version: int
    state: str
    kind: str
    channel: str
    source: str
    topic_id: int
    #: With the topics above it: “Передача электрической энергии / Отключение электроэнергии”.
    topic: str
    #: The row of the regulator's form 4.1 that counts it.
    form_row: str
    passport: str
    passport_title: str
    passport_version_id: int
    passport_verified: bool
    branch_id: int
    branch: str
    district_id: int | None
    district: str
    group_id: int
    group: str
    customer_id: int | None
    customer: str
    usage_point_id: int | None
    usage_point: str
    usage_point_address: str
    addressee: str
    text: str
    contact_name: str
    contact_phone: str
    contact_email: str
    received_at: datetime
    registered_at: datetime
    registered_by_id: int
    registered_by: str
    division_id: int | None
    division: str
    employee_id: int | None
    employee: str
    due_at: datetime
    due_is_given: bool
    stands_since: datetime | None
    overdue: bool
    #: Working time left, negative when late; None when answered or while the clock stands.
    remaining: timedelta | None
    warned: int
    justified: str
    result: str
    answer: str
    answered_at: datetime | None
    closed_at: datetime | None
    #: Until when an answered case may be reopened.
    reopening_ends: datetime | None
    extension: ExtensionLine | None
    stages: Sequence[StageDetails]
    notes: Sequence[NoteLine]
    #: Whether the reader's scope lets him change the case at all.
    editable: bool
    #: What the reader may do now: by permission, scope and state.
    actions: frozenset[Action]


def case_details(case_id: int, *, reader: User) -> CaseDetails:
    """One case as the reader sees it. Five queries at most, and one for the catalogue's stamp.

    :raises NotVisible: when there is no such case, or not for him.
    """
    case = Case.objects.select_related(*_RELATED).filter(pk=case_id).first()
    if case is None:
        raise NotVisible(_("There is no such case."))
    everything, clock, now = catalogue(), clock_of(case.branch_id), timezone.now()
    plan, topic = everything.versions[case.passport_version_id], everything.topics[case.topic_id]
    stages = list(
        CaseStage.objects.select_related("division", "employee").filter(case=case).order_by("round", "ordinal")
    )
    latest = {stage.code: stage for stage in stages}
    open_, standing = case.state in OPEN_STATES, case.stands_since is not None
    ends = reopening_ends(case, clock)
    scope = current_scope()
    editable = scope.everything or (case.branch_id in scope.branches and case.group_id in scope.groups_edited)
    actions = actions_of_case(case, plan, latest, reopening_ends=ends, now=now) if editable else set()
    return CaseDetails(
        id=case.pk,
        number=case.number,
        version=case.version,
        state=case.state,
        kind=case.kind,
        channel=case.channel,
        source=case.source,
        topic_id=case.topic_id,
        topic=topic.title,
        form_row=topic.rows[case.kind],
        passport=plan.passport,
        passport_title=plan.title,
        passport_version_id=plan.id,
        passport_verified=plan.verified,
        branch_id=case.branch_id,
        branch=case.branch.name,
        district_id=case.district_id,
        district=case.district.name if case.district else "",
        group_id=case.group_id,
        group=case.group.name,
        customer_id=case.customer_id,
        customer=case.customer.name if case.customer else "",
        usage_point_id=case.usage_point_id,
        usage_point=case.usage_point.number if case.usage_point else "",
        usage_point_address=case.usage_point.address if case.usage_point else "",
        addressee=case.addressee,
        text=case.text,
        contact_name=case.contact_name,
        contact_phone=case.contact_phone,
        contact_email=case.contact_email,
        received_at=case.received_at,
        registered_at=case.registered_at,
        registered_by_id=case.registered_by_id,
        registered_by=_user_name(case.registered_by),
        division_id=case.division_id,
        division=case.division.name if case.division else "",
        employee_id=case.employee_id,
        employee=case.employee.short_name if case.employee else "",
        due_at=case.due_at,
        due_is_given=case.due_is_given,
        stands_since=case.stands_since,
        overdue=open_ and not standing and case.due_at < now,
        remaining=clock.left(now, case.due_at) if open_ and not standing else None,
        warned=case.warned,
        justified=case.justified,
        result=case.result,
        answer=case.answer,
        answered_at=case.answered_at,
        closed_at=case.closed_at,
        reopening_ends=ends,
        extension=_extension(getattr(case, "extension", None)),
        stages=_stages(stages, latest, plan, clock, now, reader if editable and open_ else None),
        notes=_notes(case, plan),
        editable=editable,
        actions=allowed(actions, reader),
    )


def reopening_ends(case: Case, clock: Clock) -> datetime | None:
    """Until when an answered case may be taken up again."""
    if case.state not in (State.ANSWERED, State.CLOSED) or case.answered_at is None:
        return None
    return clock.due(REOPENING, case.answered_at)


_RELATED = (
    "branch",
    "district",
    "group",
    "customer",
    "usage_point",
    "registered_by",
    "division",
    "employee",
    "extension__by",
)


def _stages(
    stages: Sequence[CaseStage],
    latest: Mapping[str, CaseStage],
    plan: VersionPlan,
    clock: Clock,
    now: datetime,
    actor: User | None,
) -> list[StageDetails]:
    """Every run of every stage by its place in the passport; those of a passport that was left come last.

    :param actor: who may work on them, if anybody.
    """
    pauses: dict[int, list[StagePause]] = {}
    for pause in StagePause.objects.filter(stage__in=stages).order_by("from_at", "pk"):
        pauses.setdefault(pause.stage_id, []).append(pause)
    employee = Employee.objects.only("pk").filter(user=actor, active=True).first() if actor else None
    order = {planned.code: place for place, planned in enumerate(plan.stages)}
    found = []
    for stage in sorted(stages, key=lambda s: (order.get(s.code, len(order)), s.round)):
        planned, last = plan.stage(stage.code), latest[stage.code] is stage
        stood = pauses.get(stage.pk, [])
        actions: Iterable[Action] = ()
        if actor and planned and last:
            actions = actions_of_stage(stage, planned, latest, employee_id=employee.pk if employee else None)
        running = stage.status == StageStatus.RUNNING and stage.due_at is not None
        found.append(
            StageDetails(
                id=stage.pk,
                code=stage.code,
                title=planned.title if planned else stage.code,
                ordinal=stage.ordinal,
                round=stage.round,
                latest=last and planned is not None,
                role=stage.role,
                status=stage.status,
                optional=planned.optional if planned else False,
                answer=planned.answer if planned else False,
                after=planned.after if planned else (),
                content=planned.content if planned else "",
                form=planned.form if planned else "",
                expected_result=planned.result if planned else "",
                legal_reference=planned.legal_reference if planned else "",
                verified=planned.verified if planned else True,
                division_id=stage.division_id,
                division=stage.division.name if stage.division else "",
                employee_id=stage.employee_id,
                employee=stage.employee.short_name if stage.employee else "",
                started_at=stage.started_at,
                due_at=stage.due_at,
                finished_at=stage.finished_at,
                result=stage.result,
                overdue=running and stage.due_at is not None and stage.due_at < now,
                remaining=clock.left(now, stage.due_at) if running and stage.due_at is not None else None,
                warned=stage.warned,
                pauses=[PauseLine(reason=p.reason, from_at=p.from_at, to_at=p.to_at) for p in stood],
                pause_reasons=planned.pause_reasons if planned else (),
                actions=allowed(actions, actor) if actor else frozenset(),
            )
        )
    return found


def _notes(case: Case, plan: VersionPlan) -> list[NoteLine]:
    """Internal notes, the newest first."""
    titles = {stage.code: stage.title for stage in plan.stages}
    notes = CaseNote.objects.select_related("by", "stage").filter(case=case).order_by("-at", "-pk")
    return [
        NoteLine(
            id=note.pk,
            kind=note.kind,
            text=note.text,
            stage=titles.get(note.stage.code, note.stage.code) if note.stage else "",
            by_id=note.by_id,
            by=_user_name(note.by),
            at=note.at,
        )
        for note in notes
    ]


def _extension(extension: CaseExtension | None) -> ExtensionLine | None:
    if extension is None:
        return None
    return ExtensionLine(
        days=extension.days,
        due_before=extension.due_before,
        by_id=extension.by_id,
        by=_user_name(extension.by),
        at=extension.at,
    )


def _user_name(user: User) -> str:
    return user.get_full_name() or user.username
