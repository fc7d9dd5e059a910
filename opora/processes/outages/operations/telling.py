"""What those who reported an outage are told of it: known, expected, expected otherwise, restored.

What is told is what is true at that moment: a letter that waited is not sent with a time that has changed since.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from opora.casework.cases.operations import add_note, answer_case
from opora.casework.cases.stages import OPEN_STATES, Result
from opora.casework.messaging.operations import Recipient, send
from opora.platform.access.models import User
from opora.processes.outages.models import Affected, Estimate, Outage, OutageReport, RestorationStep
from opora.processes.outages.stages import OFF_NOW, Stage
from opora.registry.organization.queries import working_hours_of

#: More letters at once are mass work, and wait behind the urgent ones.
MASS = 50


@transaction.atomic
def tell_known(*, outage_id: int, by: User, case_id: int | None = None) -> int:
    """Tell everybody who reported it, or one of them, that the outage is known, why it is and how long it may last.

    Nobody is told while it may come back by itself.
    """
    outage = _outage(outage_id)
    if outage.stage not in OFF_NOW or outage.stage == Stage.SUSPECTED:
        return 0
    cause = (outage.cause.told or outage.cause.name) if outage.cause else _("being established")
    values = {"cause": cause, "when": _time(outage, outage.estimated_at)}
    reports = _reports(outage_id)
    found = reports if case_id is None else reports.filter(case_id=case_id)
    return _tell(outage, found, "outage_known", values, once=f"outage_known:{outage.pk}", by=by)


@transaction.atomic
def tell_estimate(*, estimate_id: int, by: User) -> int:
    """Tell everybody who reported the outage when supply is expected; an estimate that was replaced is not told."""
    estimate = Estimate.objects.select_related("outage").get(pk=estimate_id)
    outage = _outage(estimate.outage_id)
    newest = outage.estimates.order_by("-pk").values_list("pk", flat=True).first()
    if newest != estimate.pk or outage.stage not in OFF_NOW or outage.stage == Stage.SUSPECTED:
        return 0
    reason = _("Why the time has changed: %s.") % estimate.reason.rstrip(".") if estimate.reason else ""
    values = {"when": _time(outage, estimate.restored_by), "reason": reason}
    still_off = _reports(outage.pk).filter(~Exists(_given_back(outage.pk)))
    return _tell(outage, still_off, "outage_estimate", values, once=f"outage_estimate:{estimate.pk}", by=by)


@transaction.atomic
def tell_restored(*, step_id: int, by: User) -> int:
    """Tell those who reported it and have supply again; their open cases get a note for whoever answers them."""
    step = RestorationStep.objects.get(pk=step_id)
    outage = _outage(step.outage_id)
    back = _back(outage)
    values = {"when": _time(outage, step.at)}
    once = f"outage_restored:{outage.pk}"
    unnoted = [report for report in back if report.case.state in OPEN_STATES and not report.is_noted]
    told = _tell(outage, back, "outage_restored", values, once=once, by=by)
    for report in unnoted:
        text = _("Supply was restored at %(when)s (outage %(number)s).")
        add_note(case_id=report.case_id, text=text % {**values, "number": outage.number}, by=by)
    OutageReport.objects.filter(pk__in=[report.pk for report in unnoted]).update(is_noted=True)
    return told


@transaction.atomic
def answer_reports(*, outage_id: int, answer: str, by: User) -> int:
    """Answer the open cases of everybody who reported the outage and has supply again, with one text; return how many.

    :raises TextMissing: when the text is empty.
    :raises EditForbidden: when one of the cases is not his to answer.
    """
    cases = [report.case_id for report in _back(_outage(outage_id)) if report.case.state in OPEN_STATES]
    for case_id in cases:
        answer_case(case_id=case_id, result=Result.SATISFIED, answer=answer, by=by)
    return len(cases)


def _outage(outage_id: int) -> Outage:
    return Outage.objects.select_related("cause", "element").get(pk=outage_id)


def _reports(outage_id: int) -> QuerySet[OutageReport]:
    return OutageReport.objects.filter(outage_id=outage_id).select_related("case", "usage_point").order_by("pk")


def _given_back(outage_id: int) -> QuerySet[Affected]:
    return Affected.objects.filter(outage_id=outage_id, usage_point=OuterRef("usage_point"), until__isnull=False)


def _back(outage: Outage) -> list[OutageReport]:
    """Reports of those who have supply again; of an unknown place, once everybody has."""
    off = Affected.objects.filter(usage_point=OuterRef("usage_point"), until=None)
    found = _reports(outage.pk).filter(~Exists(off), still_off=False)
    if outage.stage in OFF_NOW:
        found = found.filter(Exists(_given_back(outage.pk)))
    return list(found)


def _tell(
    outage: Outage, reports: Iterable[OutageReport], template: str, values: Mapping[str, str], *, once: str, by: User
) -> int:
    found = list(reports)
    place = outage.area or (outage.element.name if outage.element else "")
    for report in found:
        case = report.case
        to = Recipient(
            customer_id=case.customer_id, name=case.contact_name, email=case.contact_email, phone=case.contact_phone,
            branch_id=case.branch_id,
        )  # fmt: skip
        where = report.usage_point.address if report.usage_point else place
        send(
            template=template, to=to, values={"number": outage.number, "place": where, **values},
            once=f"{once}:{case.pk}", by=by, about=[case], bulk=len(found) > MASS,
        )  # fmt: skip
    return len(found)


def _time(outage: Outage, moment: datetime | None) -> str:
    if moment is None:
        return _("not known yet")
    return f"{moment.astimezone(working_hours_of(outage.branch_id).tz):%d.%m %H:%M}"
