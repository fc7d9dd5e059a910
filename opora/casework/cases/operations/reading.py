"""Opening a case: its data are personal, so the journal says who looked (152-ФЗ, ст. 19)."""

from django.db import models, transaction

from opora.casework.cases.models import Case
from opora.casework.cases.queries.details import CaseDetails, case_details
from opora.platform.access.models import User
from opora.platform.journal.operations import record_read
from opora.registry.customers.models import Customer


@transaction.atomic
def read_case(*, case_id: int, by: User) -> CaseDetails:
    """Open a case, whole.

    :raises NotVisible: when there is no such case, or not for this user.
    """
    details = case_details(case_id, reader=by)
    about: list[models.Model] = [Case(pk=case_id)]
    if details.customer_id is not None:
        about.append(Customer(pk=details.customer_id))
    record_read(what="cases.case", about=about, by=by)
    return details
