"""Contracts with a customer."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import NotVisible
from opora.platform.journal.operations import publish
from opora.platform.live.operations import announce
from opora.registry.customers.events import AgreementAdded, AgreementEnded
from opora.registry.customers.models import Agreement, UsagePoint
from opora.registry.customers.operations.customers import locked_customer
from opora.registry.customers.operations.fields import WrongValue, put
from opora.registry.customers.operations.usage_points import NumberTaken


@transaction.atomic
def add_agreement(
    *,
    customer_id: int,
    number: str,
    kind: Agreement.Kind,
    signed_on: date,
    by: User,
    ends_on: date | None = None,
    usage_point_id: int | None = None,
) -> Agreement:
    """Add a contract; adding the same again finds the one that is there.

    :raises NumberTaken: when another contract of this kind has the number.
    :raises WrongValue: when it ends before it begins, or the usage point is somebody else's.
    """
    customer = locked_customer(customer_id)
    if usage_point_id and not UsagePoint.objects.filter(pk=usage_point_id, customer=customer).exists():
        raise WrongValue(_("This usage point is not of this customer."), field="usage_point_id")
    agreement = Agreement(customer=customer, usage_point_id=usage_point_id, signed_on=signed_on)
    put(agreement, {"number": number, "kind": kind})
    _end(agreement, ends_on)
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError as clash:
        same = {"customer": customer, "number": agreement.number, "kind": kind, "signed_on": signed_on}
        if known := Agreement.objects.filter(**same).first():
            return known
        raise NumberTaken(_("Another agreement of this kind has the number."), field="number") from clash
    publish(AgreementAdded(customer_id=customer.pk, agreement_id=agreement.pk), by=by, about=[customer])
    announce(f"customer:{customer.pk}")
    return agreement


@transaction.atomic
def end_agreement(*, agreement_id: int, ends_on: date | None, by: User) -> Agreement:
    """Say from which day the contract no longer holds; None: it has no end after all.

    :raises WrongValue: when that is not after the day of signing.
    """
    customer_id = Agreement.objects.filter(pk=agreement_id).values_list("customer_id", flat=True).first()
    if customer_id is None:
        raise NotVisible(_("There is no such agreement."))
    customer = locked_customer(customer_id)
    agreement = Agreement.objects.get(pk=agreement_id)
    if agreement.ends_on != ends_on:
        _end(agreement, ends_on)
        agreement.save(update_fields=["ends_on"])
        event = AgreementEnded(
            customer_id=customer.pk, agreement_id=agreement.pk, ends_on=ends_on.isoformat() if ends_on else ""
        )
        publish(event, by=by, about=[customer])
        announce(f"customer:{customer.pk}")
    return agreement


def _end(agreement: Agreement, ends_on: date | None) -> None:
    if ends_on is not None and ends_on <= agreement.signed_on:
        raise WrongValue(_("The agreement must end after it is signed."), field="ends_on")
    agreement.ends_on = ends_on
