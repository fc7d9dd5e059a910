"""Customers say that they have no supply."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.models import Case
from opora.casework.cases.operations import NO_CONTACT, Contact, register_case
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.stages import Kind
from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.processes.outages.events import ReportJoined, ReportRegistered, ReportSettled
from opora.processes.outages.models import Affected, Outage, OutageReport
from opora.processes.outages.operations.emergencies import WrongTime
from opora.processes.outages.stages import Stage

TOPIC = "outage_emergency"


@transaction.atomic
def register_outage_report(
    *,
    by: User,
    channel: str,
    text: str,
    usage_point_id: int | None = None,
    customer_id: int | None = None,
    branch_id: int | None = None,
    contact: Contact = NO_CONTACT,
    outage_id: int | None = None,
    still_off: bool = False,
    once: str | None = None,
) -> OutageReport:
    """Register that somebody has no supply: a case, joined at once to the outage that his usage point is in.

    :param outage_id: the outage that whoever took the report says it belongs to.
    :param still_off: others have supply again, and he has not: his fault is his own until somebody says otherwise.
    :param once: the sender's own key; the same key again returns the report registered before.
    :raises NotVisible: when the outage is not there.
    :raises WrongTime: when the outage was withdrawn.
    """
    topic_id = next(pk for pk, topic in catalogue().topics.items() if topic.code == TOPIC)
    case = register_case(
        channel=channel, kind=Kind.APPEAL, topic_id=topic_id, text=text, usage_point_id=usage_point_id,
        customer_id=customer_id, branch_id=branch_id, contact=contact, once=once, by=by,
    )  # fmt: skip
    if known := OutageReport.objects.filter(pk=case.pk).first():
        return known
    if outage_id is not None:
        outage_id = _joinable(outage_id).pk
    elif usage_point_id is not None and not still_off:
        affected = Affected.objects.filter(usage_point_id=usage_point_id, until=None)
        outage_id = affected.values_list("outage_id", flat=True).first()
    report = OutageReport.objects.create(
        case=case, usage_point_id=usage_point_id, outage_id=outage_id, still_off=still_off,
        reported_at=case.registered_at, settled_at=case.registered_at if outage_id else None,
    )  # fmt: skip
    fact = ReportRegistered(case_id=case.pk, outage_id=outage_id)
    publish(fact, by=by, about=[case, *([report.outage] if report.outage else [])])
    announce("outages", "outage_reports", *([f"outage:{outage_id}"] if outage_id else []))
    return report


@transaction.atomic
def join_report(*, case_id: int, outage_id: int, by: User) -> OutageReport:
    """Say that a report belongs to an outage; one that stood alone, or was joined to another.

    :raises NotVisible: when one of them is not there for this user.
    :raises WrongTime: when the outage was withdrawn.
    """
    outage = _joinable(outage_id)
    report = _locked(case_id)
    if report.outage_id != outage.pk:
        report.outage, report.settled_at = outage, timezone.now()
        report.save(update_fields=["outage", "settled_at"])
        publish(ReportJoined(case_id=case_id, outage_id=outage.pk), by=by, about=[Case(pk=case_id), outage])
        announce("outages", "outage_reports", f"outage:{outage.pk}")
    return report


@transaction.atomic
def settle_report(*, case_id: int, by: User) -> OutageReport:
    """Say that no outage is behind a report: a fault behind the customer's own meter, or supply is back.

    :raises NotVisible: when the report is not there for this user.
    """
    report = _locked(case_id)
    if report.settled_at is None:
        report.settled_at = timezone.now()
        report.save(update_fields=["settled_at"])
        publish(ReportSettled(case_id=case_id), by=by, about=[Case(pk=case_id)])
        announce("outages", "outage_reports")
    return report


def _joinable(outage_id: int) -> Outage:
    outage = Outage.objects.filter(pk=outage_id).first()
    if outage is None:
        raise NotVisible(_("There is no such outage."), field="outage_id")
    if outage.stage == Stage.CANCELLED:
        raise WrongTime(_("This outage was withdrawn: choose another."), field="outage_id")
    return outage


def _locked(case_id: int) -> OutageReport:
    report = OutageReport.objects.select_for_update(of=["self"]).filter(pk=case_id).first()
    if report is None:
        raise NotVisible(_("There is no such report."), field="case_id")
    return report
