"""Reports that waited for an explanation find their outage."""

from datetime import timedelta

from django.utils import timezone

from opora.casework.cases.models import Case
from opora.platform.access.models import User
from opora.platform.journal.operations import publish_many
from opora.platform.live.operations import announce
from opora.processes.outages.events import ReportJoined
from opora.processes.outages.models import Outage
from opora.processes.outages.operations.ledger import told_of_all

#: A report that has waited longer is of something else.
WAITED = timedelta(hours=24)

_JOIN = """
update outages_outagereport report set outage_id = affected.outage_id, settled_at = %(now)s
from outages_affected affected
where affected.usage_point_id = report.usage_point_id and affected.until is null
    and affected.outage_id = %(outage)s and report.outage_id is null and report.settled_at is null
    and report.reported_at > %(since)s
returning report.case_id
"""


def join_waiting(outage: Outage, *, by: User) -> list[int]:
    """Join the reports of whoever is off because of this outage and has told us before we knew; return their cases."""
    now = timezone.now()
    joined = told_of_all(_JOIN, {"outage": outage.pk, "now": now, "since": now - WAITED})
    cases = sorted(case for (case,) in joined)
    publish_many(
        ((ReportJoined(case_id=pk, outage_id=outage.pk), [Case(pk=pk), outage]) for pk in cases), by=by
    )  # fmt: skip
    if cases:
        announce("outage_reports", f"outage:{outage.pk}")
    return cases
