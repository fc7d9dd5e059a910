"""Templates, what people have agreed to, messages with every attempt to deliver them, and notices in the bell.

Messages are not partitioned: `once` is unique for all time, which no partition can promise. Their rows are narrow, and
the indexes that sending and the desks use are partial, so that years of delivered messages weigh nothing.
"""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from opora.casework.messaging.stages import UNDELIVERED, Channel, Level, Purpose, Reason, State
from opora.registry.customers.models import ContactPoint, Customer
from opora.registry.organization.models import Branch


class MessageTemplate(models.Model):
    """One version of the words of a message for one channel; versions are never changed, only replaced."""

    code = models.CharField(_("code"), max_length=40)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    version = models.PositiveIntegerField(_("version"))
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    name = models.CharField(_("name"), max_length=200)
    subject = models.CharField(_("subject"), max_length=200, default="", blank=True)
    body = models.TextField(_("text"))
    #: Names that the sender of such a message gives; the words may use `{name}` of these only.
    fields = ArrayField(models.CharField(max_length=40), default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    #: In force from `created_at` until then.
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "channel", "version"], name="messaging_template_version"),
            models.UniqueConstraint(
                fields=["code", "channel"], condition=Q(replaced_at=None), name="messaging_template_in_force"
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None) | Q(replaced_at__gte=F("created_at")),
                name="messaging_template_forward",
            ),
            models.CheckConstraint(
                condition=~Q(channel=Channel.EMAIL) | ~Q(subject=""), name="messaging_email_has_a_subject"
            ),
        ]


class Consent(models.Model):
    """Somebody agreed, or took it back. Append-only: the history is the proof (126-ФЗ ст. 44.1)."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    given = models.BooleanField(_("given"))
    #: How we know: "paper no. 17 of 03.02.2026", "said on the phone, recording 991".
    proof = models.CharField(_("proof"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("when"))

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(proof=""), name="messaging_consent_has_proof")]
        indexes = [models.Index("customer", "purpose", "channel", "id", name="messaging_consent_last")]


class Preference(models.Model):
    """By which channels, in order, a customer wants messages of a purpose; none: he does not want them."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    channels = ArrayField(models.CharField(max_length=8, choices=Channel), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "purpose"], name="messaging_preference_once")]


class Message(models.Model):
    """One message to one person, and what became of it."""

    #: The natural key: whoever asks twice for the same message gets the same row.
    once = models.CharField(max_length=150, unique=True)
    template = models.ForeignKey(MessageTemplate, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    #: Whose zone the quiet hours follow; without a customer, also who may see the message.
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    name = models.CharField(_("recipient"), max_length=300, default="")
    address = models.CharField(_("address"), max_length=254, default="")
    subject = models.CharField(_("subject"), max_length=250, default="")
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, default="")
    #: What the network said, in its own words.
    detail = models.CharField(max_length=300, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    sending_since = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    #: The network's own name of the message.
    provider_id = models.CharField(max_length=200, default="")
    #: One of very many: it waits in the queue of mass work, and the journal does not speak of it.
    bulk = models.BooleanField(default=False)
    #: What the message is about, as the journal names things: `cases.Case:17`.
    about = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.QUEUED, next_attempt_at__isnull=False)
                | (~Q(state=State.QUEUED) & Q(next_attempt_at=None)),
                name="messaging_queued_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENDING, sending_since__isnull=False)
                | (~Q(state=State.SENDING) & Q(sending_since=None)),
                name="messaging_sending_has_its_beginning",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=UNDELIVERED) | ~Q(reason=""), name="messaging_undelivered_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state=State.SUPPRESSED) | ~Q(address=""), name="messaging_goes_to_an_address"
            ),
        ]
        indexes = [
            models.Index("customer", "id", condition=Q(customer__isnull=False), name="messaging_of_customer"),
            models.Index(
                "state", "id", condition=~Q(state__in=[State.SENT, State.DELIVERED]), name="messaging_not_gone"
            ),
            GinIndex(fields=["about"], condition=~Q(about=[]), name="messaging_about"),
        ]


class MessageAttempt(models.Model):
    """One try to deliver; written before the network is touched, finished after."""

    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("accepted")
        DELIVERED = "DELIVERED", _("delivered")
        LATER = "LATER", _("try later")
        REFUSED = "REFUSED", _("refused")

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries", db_index=False)
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default="")
    reason = models.CharField(max_length=20, choices=Reason, default="")
    detail = models.CharField(max_length=300, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="messaging_attempt_number"),
            models.CheckConstraint(
                condition=Q(finished_at=None, outcome="") | (Q(finished_at__isnull=False) & ~Q(outcome="")),
                name="messaging_finished_attempt_has_an_outcome",
            ),
        ]


class DeadContact(models.Model):
    """A phone or e-mail that the network knows nobody at. Nothing is sent there until somebody sends again by hand."""

    contact_point = models.OneToOneField(ContactPoint, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Notice(models.Model):
    """A line in somebody's bell."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    once = models.CharField(max_length=150)
    level = models.CharField(_("level"), max_length=4, choices=Level, default=Level.INFO)
    text = models.CharField(_("text"), max_length=300)
    url = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "once"], name="messaging_notice_once")]
        indexes = [
            models.Index("user", "id", name="messaging_notice_of_user"),
            models.Index("user", condition=Q(read_at=None), name="messaging_notice_unread"),
        ]
