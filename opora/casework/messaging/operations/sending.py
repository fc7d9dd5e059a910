"""A message is asked for: by which channel, to which address, when, or why not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from opora.casework.messaging.events import MessageQueued, MessageSuppressed
from opora.casework.messaging.models import DeadContact, Message, MessageTemplate, Preference
from opora.casework.messaging.queries import last_words, templates_in_force
from opora.casework.messaging.rules import VALID_FOR, fields_of, filled, not_before, refusal, topic_of
from opora.casework.messaging.stages import Channel, Purpose, Reason, State
from opora.casework.messaging.transports import channels
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, EditForbidden, NotVisible
from opora.platform.journal.events import Event
from opora.platform.journal.operations import publish, reference
from opora.platform.live.operations import announce
from opora.platform.phone import normalised
from opora.platform.scope import current_scope
from opora.registry.customers.models import ContactPoint, Customer
from opora.registry.organization.queries import working_hours_of

#: Which contact of a customer a channel uses.
CONTACTS: Mapping[Channel, ContactPoint.Kind] = {
    Channel.EMAIL: ContactPoint.Kind.EMAIL,
    Channel.SMS: ContactPoint.Kind.PHONE,
    Channel.VOICE: ContactPoint.Kind.PHONE,
}


class NoTemplate(BusinessError):
    code = "no_template"


class FieldMissing(BusinessError):
    """The words name something that the sender has not given."""

    code = "field_missing"


class RepeatedKey(BusinessError):
    code = "repeated_key"
    status = 409


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Whom to tell: a customer, or somebody of whom only an address is known.

    An address given here is preferred to those on the customer's card: it is where he asked for an answer.

    :param branch_id: of somebody who is no customer: whose users may see the message, and whose zone he lives in.
    """

    customer_id: int | None = None
    name: str = ""
    email: str = ""
    phone: str = ""
    branch_id: int | None = None


@transaction.atomic
def send(
    *,
    template: str,
    to: Recipient,
    values: Mapping[str, str],
    once: str,
    by: User,
    about: Sequence[models.Model] = (),
    expires_at: datetime | None = None,
    bulk: bool = False,
) -> Message:
    """Queue a message, by the first channel that its recipient wants, has and allows. It leaves after the commit.

    Whoever cannot or may not be told gets no message: the row says so with its reason, and nothing is raised. Purpose,
    and with it the law, comes from the template (38-ФЗ ст. 18, 126-ФЗ ст. 44.1).

    :param once: the natural key, `case_registered:17`; the same key again returns the first message.
    :param about: things on whose cards the message stands; whoever watches them is told of its state.
    :param expires_at: when it stops being true; by default as long as its purpose allows.
    :param bulk: one of very many: waits in the queue of mass work and leaves no line in the journal.
    :raises NoTemplate: when no template of this code is in force.
    :raises FieldMissing: naming a field that the words need.
    :raises NotVisible: when there is no such customer or branch for this user.
    :raises RepeatedKey: when the key was used for a message that this user may not see.
    """
    if repeated := Message.objects.filter(once=once).first():
        return repeated
    versions = templates_in_force(template)
    if not versions:
        raise NoTemplate(_("There is no template “%s”.") % template, field="template")
    customer = _customer(to)
    name = to.name or (customer.name if customer else "")
    known = {"name": name, **settings.MESSAGE_FIELDS, **values}
    for words in versions.values():
        _check_fields(words, known)
    purpose = Purpose(next(iter(versions.values())).purpose)
    channel, address, reason = _route(to, customer, purpose, versions)
    words, now, branch_id = versions[channel], timezone.now(), _branch(to, customer)
    message = Message(
        once=once,
        template=words,
        purpose=purpose,
        channel=channel,
        customer=customer,
        branch_id=branch_id,
        name=name[:300],
        address=address,
        subject=" ".join(filled(words.subject, known).split())[:250],
        body=filled(words.body, known).replace("\x00", ""),
        state=State.SUPPRESSED if reason else State.QUEUED,
        reason=reason or "",
        next_attempt_at=None if reason else not_before(now, channel=channel, purpose=purpose, zone=zone_of(branch_id)),
        expires_at=expires_at or now + VALID_FOR[purpose],
        bulk=bulk,
        about=[reference(thing) for thing in about],
        created_at=now,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError as clash:
        if repeated := Message.objects.filter(once=once).first():
            return repeated
        raise RepeatedKey(_("This key has already been used for another message."), field="once") from clash
    if reason:
        tell(message, MessageSuppressed(message_id=message.pk, reason=reason), by=by)
    else:
        queued = MessageQueued(message_id=message.pk, template=template, purpose=purpose, channel=channel)
        tell(message, queued, by=by)
        call_courier(message)
    return message


def call_courier(message: Message) -> None:
    """Queue the job that will deliver the message, in the caller's transaction."""
    due = message.next_attempt_at
    courier = app.configure_task(
        "messaging.deliver",
        queue="mass" if message.bulk else "alerts",
        schedule_at=due if due and due > timezone.now() else None,
    )
    courier.defer(message_id=message.pk)


def tell(message: Message, event: Event, *, by: User) -> None:
    """Journal what happened to the message, on every card it concerns, and tell open pages."""
    if message.bulk:
        return
    customer = [f"customers.Customer:{message.customer_id}"] if message.customer_id else []
    concerned = [reference(message), *customer, *message.about]
    publish(event, by=by, about=concerned)
    announce("messages", *(topic_of(name) for name in concerned))


def zone_of(branch_id: int | None) -> ZoneInfo:
    """The zone by which a recipient's quiet hours are counted."""
    return ZoneInfo(settings.TIME_ZONE) if branch_id is None else working_hours_of(branch_id).tz


def contacts_by_life(customer_id: int, kind: ContactPoint.Kind) -> tuple[list[str], list[str]]:
    """The customer's phones or e-mails that work, the main one first, and those known to be dead."""
    points = (
        ContactPoint.objects.filter(customer_id=customer_id, kind=kind)
        .annotate(dead=Exists(DeadContact.objects.filter(contact_point=OuterRef("pk"))))
        .order_by("-is_primary", "pk")
    )
    found = list(points)
    return [point.value for point in found if not point.dead], [point.value for point in found if point.dead]


def _route(
    to: Recipient, customer: Customer | None, purpose: Purpose, versions: Mapping[Channel, MessageTemplate]
) -> tuple[Channel, str, Reason | None]:
    """The channel and the address, or the reason why there are none."""
    wanted: Sequence[Channel] = [channel for channel in Channel if channel in versions]
    consents: Mapping[Channel, bool] = {}
    if customer is not None:
        preferred = Preference.objects.filter(customer=customer, purpose=purpose).first()
        if preferred is not None:
            liked = [Channel(channel) for channel in preferred.channels if channel in versions]
            if not liked:
                return wanted[0], "", Reason.UNWANTED
            wanted = liked
        consents = last_words(customer.pk, purpose)
    reasons = []
    for channel in wanted:
        if channel not in channels():
            reasons.append(Reason.NO_TRANSPORT)
            continue
        kind = CONTACTS[channel]
        alive, dead = contacts_by_life(customer.pk, kind) if customer else ([], [])
        given = _email(to.email) if kind is ContactPoint.Kind.EMAIL else normalised(to.phone) or ""
        addresses = [given, *alive] if given and given not in dead else alive
        if not addresses:
            reasons.append(Reason.ADDRESS_DEAD if dead else Reason.NO_ADDRESS)
        elif reason := refusal(purpose, consents.get(channel)):
            reasons.append(reason)
        else:
            return channel, addresses[0], None
    telling = next((reason for reason in reasons if reason is not Reason.NO_TRANSPORT), reasons[0])
    return wanted[0], "", telling


def _customer(to: Recipient) -> Customer | None:
    if to.customer_id is None:
        return None
    customer = Customer.objects.filter(pk=to.customer_id).first()
    if customer is None:
        raise NotVisible(_("There is no such customer."), field="customer_id")
    return customer


def _branch(to: Recipient, customer: Customer | None) -> int | None:
    scope = current_scope()
    if customer is not None:
        return to.branch_id or next(iter(customer.branch_ids), None)
    if scope.everything:
        return to.branch_id
    if to.branch_id is not None and to.branch_id not in scope.branches:
        raise NotVisible(_("There is no such branch."), field="branch_id")
    branch_id = to.branch_id or min(scope.branches, default=None)
    if branch_id is None:
        raise EditForbidden(_("You belong to no branch: write to registered customers only."), field="customer_id")
    return branch_id


def _check_fields(words: MessageTemplate, known: Mapping[str, str]) -> None:
    missing = [name for name in fields_of(words.subject, words.body) if name not in known]
    if missing:
        message = _("Template “%(name)s” needs a value for the field “%(field)s”.")
        raise FieldMissing(message % {"name": words.name, "field": missing[0]}, field="values")


def _email(text: str) -> str:
    """The address, or nothing when it cannot be one: it came from a person and may be anything."""
    value = text.strip().lower()
    try:
        validate_email(value)
    except ValidationError:
        return ""
    return value if len(value) <= 254 else ""
