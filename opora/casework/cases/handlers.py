"""What follows later: letters to applicants, notices to our own people, the minute's look at the deadlines."""

from datetime import datetime

from opora.casework.cases import operations
from opora.casework.cases.events import (
    AcknowledgementDue,
    CaseAnswered,
    CaseExtended,
    CaseWarned,
    StageAssigned,
    StageWarned,
)
from opora.platform.access.queries import system_user
from opora.platform.journal.operations import on_queue


def acknowledge(event: AcknowledgementDue) -> None:
    """Tell the applicant that his case is registered."""
    operations.acknowledge_case(case_id=event.case_id, by=system_user())


def send_answer(event: CaseAnswered) -> None:
    """Send the answer out."""
    operations.send_answer(case_id=event.case_id, by=system_user())


def tell_of_extension(event: CaseExtended) -> None:
    """Tell the applicant the new date."""
    operations.tell_of_extension(case_id=event.case_id, by=system_user())


@on_queue("alerts")
def tell_new_holder(event: StageAssigned) -> None:
    """Do not let somebody who has been given work wait for the next minute."""
    operations.tell_of_new_work(by=system_user())


@on_queue("alerts")
def warn_of_stage(event: StageWarned) -> None:
    """Ring for those who answer for the stage."""
    operations.warn_of_stage(stage_id=event.stage_id, share=event.share, due_at=event.due_at, by=system_user())


@on_queue("alerts")
def warn_of_case(event: CaseWarned) -> None:
    """Ring for those who answer for the case."""
    operations.warn_of_case(case_id=event.case_id, share=event.share, due_at=event.due_at, by=system_user())


@on_queue("alerts")
def watch_deadlines(at: datetime) -> None:
    """Once a minute: warn of terms that run out."""
    operations.warn_of_deadlines(now=at, by=system_user())


@on_queue("alerts")
def tell_of_new_work(at: datetime) -> None:
    """Once a minute: ring for everybody who has got new work."""
    operations.tell_of_new_work(now=at, by=system_user())
