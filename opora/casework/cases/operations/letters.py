"""What the applicant is told of his case, by whichever channel he can be reached."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from opora.casework.cases.models import Case
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.queries.clock import clock_of
from opora.casework.messaging.operations import Recipient, send
from opora.platform.access.models import User


@transaction.atomic
def acknowledge_case(*, case_id: int, by: User) -> None:
    """Tell the applicant the number of his case and when to expect the answer."""
    case = Case.objects.filter(pk=case_id).first()
    if case is not None:
        _tell(case, "case_registered", f"case_registered:{case.pk}", by=by, due=_due(case))


@transaction.atomic
def send_answer(*, case_id: int, by: User) -> None:
    """Send the applicant the answer; one given after a reopening is another answer."""
    case = Case.objects.filter(pk=case_id, answered_at__isnull=False).first()
    if case is not None and case.answered_at is not None:
        once = f"case_answered:{case.pk}:{case.answered_at:%Y%m%d%H%M%S%f}"
        _tell(case, "case_answered", once, by=by, answer=case.answer)


@transaction.atomic
def tell_of_extension(*, case_id: int, by: User) -> None:
    """Tell the applicant the new date (59-ФЗ, ст. 12). The reason stays inside: it was written for colleagues."""
    case = Case.objects.filter(pk=case_id).first()
    if case is not None:
        reason = _("more time is needed to establish all the circumstances")
        _tell(case, "case_extended", f"case_extended:{case.pk}", by=by, due=_due(case), text=reason)


def _tell(case: Case, template: str, once: str, *, by: User, **values: str) -> None:
    to = Recipient(
        customer_id=case.customer_id,
        name=case.contact_name,
        email=case.contact_email,
        phone=case.contact_phone,
        branch_id=case.branch_id,
    )
    known = {"number": case.number, "topic": catalogue().topics[case.topic_id].name, **values}
    send(template=template, to=to, values=known, once=once, by=by, about=[case])


def _due(case: Case) -> str:
    return date_format(case.due_at.astimezone(clock_of(case.branch_id).hours.tz), "SHORT_DATE_FORMAT")
