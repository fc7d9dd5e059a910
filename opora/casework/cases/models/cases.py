"""Cases, their stages, pauses, notes and extensions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from opora.casework.cases.models.passports import PassportVersion
from opora.casework.cases.models.topics import Topic
from opora.casework.cases.stages import (
    OPEN_STATES,
    OPEN_STATUSES,
    Channel,
    Justified,
    Kind,
    NoteKind,
    PauseReason,
    Result,
    Source,
    StageRole,
    StageStatus,
    State,
)
from opora.registry.customers.models import Customer, CustomerGroup, UsagePoint
from opora.registry.organization.models import Branch, District, Division, Employee

_OPEN_STATES = [state.value for state in OPEN_STATES]
_OPEN_STATUSES = [status.value for status in OPEN_STATUSES]


class SearchVector(Func):
    """The words of a text in their first forms, ё as е: what the search of cases compares."""

    template = "to_tsvector('russian'::regconfig, translate(%(expressions)s, 'Ёё', 'Ее'))"
    arity = 1
    output_field = SearchVectorField()


class Case(models.Model):
    """A contact of a consumer, whatever its type, reason, channel or addressee. Every column is true of every case."""

    number = models.CharField(max_length=30, unique=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", db_index=False)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    #: A copy of the customer's group, kept right by a composite foreign key; UNIDENTIFIED without a customer.
    group = models.ForeignKey(CustomerGroup, on_delete=models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False
    )
    usage_point = models.ForeignKey(UsagePoint, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    channel = models.CharField(max_length=20, choices=Channel)
    kind = models.CharField(max_length=20, choices=Kind)
    source = models.CharField(max_length=20, choices=Source, default=Source.CITIZEN)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+", db_index=False)
    passport_version = models.ForeignKey(PassportVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    addressee = models.CharField(max_length=200, default="", blank=True)
    text = models.TextField()
    #: How to reach whoever turned to us, as told this time.
    contact_name = models.CharField(max_length=200, default="", blank=True)
    contact_phone = models.CharField(max_length=16, default="", blank=True)
    contact_email = models.CharField(max_length=254, default="", blank=True)

    received_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    #: Where the total term is counted from: received, registered or reopened.
    counts_from = models.DateTimeField()
    due_at = models.DateTimeField()
    #: Since when the total term stands still with a paused stage.
    stands_since = models.DateTimeField(null=True)
    #: Set by the sender himself (a controlling body), so no rule of ours moves it.
    due_is_given = models.BooleanField(default=False)
    #: When a half, four fifths and the whole of the term are spent.
    warnings = ArrayField(models.DateTimeField(), default=list)
    next_warning_at = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(default=0)

    state = models.CharField(max_length=20, choices=State, default=State.REGISTERED)
    #: Who answers for the case now: the holder of the stage that began last.
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    justified = models.CharField(max_length=10, choices=Justified, default="", blank=True)
    result = models.CharField(max_length=20, choices=Result, default="", blank=True)
    answer = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    #: The sender's own key: a repeated request finds the case it has already made.
    once = models.CharField(max_length=120, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "branch", "group"], name="cases_case_key_with_scope"),
            models.UniqueConstraint(fields=["once"], condition=Q(once__isnull=False), name="cases_case_once"),
            models.CheckConstraint(
                condition=Q(state__in=[State.ANSWERED, State.CLOSED], answered_at__isnull=False)
                | Q(state__in=[State.REGISTERED, State.IN_PROGRESS, State.CANCELLED], answered_at=None),
                name="cases_answered_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.CLOSED, State.CANCELLED], closed_at__isnull=False)
                | Q(state__in=[State.REGISTERED, State.IN_PROGRESS, State.ANSWERED], closed_at=None),
                name="cases_closed_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(contact_phone="") | Q(contact_phone__regex=r"^\+[0-9]{5,15}$"), name="cases_phone_is_e164"
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN_STATES) | Q(next_warning_at=None), name="cases_only_open_cases_warn"
            ),
        ]
        indexes = [
            models.Index("registered_at", "id", name="cases_case_newest"),
            models.Index("registered_at", "id", condition=Q(state__in=_OPEN_STATES), name="cases_case_open_newest"),
            models.Index("branch", "registered_at", "id", name="cases_case_branch"),
            # complaints are few, and are looked for by everything else at once
            models.Index(
                "branch",
                "registered_at",
                "id",
                include=["topic", "group"],
                condition=Q(kind=Kind.COMPLAINT),
                name="cases_case_complaint",
            ),
            models.Index("topic", "registered_at", "id", name="cases_case_topic"),
            models.Index("division", "registered_at", "id", name="cases_case_division"),
            models.Index("employee", "registered_at", "id", name="cases_case_employee"),
            models.Index(
                "customer", "registered_at", "id", condition=Q(customer__isnull=False), name="cases_case_customer"
            ),
            models.Index("usage_point", condition=Q(usage_point__isnull=False), name="cases_case_point"),
            models.Index(
                "branch",
                "due_at",
                include=["group", "stands_since"],
                condition=Q(state__in=_OPEN_STATES),
                name="cases_case_open_due",
            ),
            models.Index(
                "branch",
                "answered_at",
                include=["group"],
                condition=Q(answered_at__isnull=False),
                name="cases_case_answered",
            ),
            models.Index(
                "branch",
                "answered_at",
                include=["group"],
                condition=Q(answered_at__gt=F("due_at")),
                name="cases_case_answered_late",
            ),
            models.Index("next_warning_at", condition=Q(next_warning_at__isnull=False), name="cases_case_warning"),
            GinIndex(SearchVector("text"), name="cases_case_text"),
        ]


class CaseWords(models.Model):
    """A view: the words of every visible case.

    Under row-level security PostgreSQL uses an index only for operators that cannot leak a row's content, and text
    search is not among them. The view states the same scope as ordinary conditions, so the index serves.
    """

    case = models.OneToOneField(Case, on_delete=models.DO_NOTHING, primary_key=True, db_column="id", related_name="+")
    words = SearchVectorField()
    registered_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "cases_words"


class CaseStage(models.Model):
    """One run of one stage of a passport in one case; work returned for rework is run again in the next round."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stages", db_constraint=False, db_index=False)
    # copies of the case's own, held by one key to all three
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    group = models.ForeignKey(
        CustomerGroup, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    ordinal = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField(default=1)
    code = models.CharField(max_length=60)
    role = models.CharField(max_length=40, choices=StageRole)
    status = models.CharField(max_length=20, choices=StageStatus, default=StageStatus.WAITING)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    started_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    #: Calendar days that the extension of the case added to this stage.
    extended_days = models.PositiveSmallIntegerField(default=0)
    #: Whoever holds it, or the division in whose queue it waits, has been told.
    told = models.BooleanField(default=False)
    result = models.TextField(default="", blank=True)
    warnings = ArrayField(models.DateTimeField(), default=list)
    next_warning_at = models.DateTimeField(null=True)
    warned = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "code", "round"], name="cases_stage_once_a_round"),
            models.CheckConstraint(
                condition=Q(status__in=[StageStatus.WAITING, StageStatus.CANCELLED])
                | Q(started_at__isnull=False, due_at__isnull=False),
                name="cases_started_stage_is_timed",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[StageStatus.WAITING, *_OPEN_STATUSES], finished_at=None)
                | Q(
                    status__in=[StageStatus.DONE, StageStatus.RETURNED, StageStatus.CANCELLED],
                    finished_at__isnull=False,
                ),
                name="cases_finished_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(status=StageStatus.RUNNING) | Q(next_warning_at=None), name="cases_only_running_stages_warn"
            ),
        ]
        indexes = [
            models.Index(
                "employee", "due_at", "id", condition=Q(status__in=_OPEN_STATUSES), name="cases_stage_of_employee"
            ),
            models.Index(
                "division", "due_at", "id", condition=Q(status__in=_OPEN_STATUSES), name="cases_stage_of_division"
            ),
            models.Index(
                "due_at",
                "id",
                include=["branch", "group", "division", "employee", "status", "warned"],
                condition=Q(status__in=_OPEN_STATUSES),
                name="cases_stage_open_due",
            ),
            models.Index("next_warning_at", condition=Q(next_warning_at__isnull=False), name="cases_stage_warning"),
            models.Index("id", condition=Q(status__in=_OPEN_STATUSES, told=False), name="cases_stage_untold"),
        ]


class StagePause(models.Model):
    """While a clock stands: [from_at, to_at), open as long as `to_at` is empty."""

    stage = models.ForeignKey(CaseStage, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40, choices=PauseReason)
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stage"], condition=Q(to_at=None), name="cases_one_pause_at_a_time"),
            models.CheckConstraint(condition=Q(to_at=None) | Q(to_at__gte=F("from_at")), name="cases_pause_forward"),
        ]


class CaseNote(models.Model):
    """An internal note, never shown to the consumer; the words behind a return, a reassignment, a cancellation…"""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    stage = models.ForeignKey(CaseStage, on_delete=models.CASCADE, related_name="+", null=True)
    kind = models.CharField(max_length=20, choices=NoteKind, default=NoteKind.NOTE)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class CaseExtension(models.Model):
    """The one extension of a case's term (59-ФЗ, ст. 12: at most 30 days, and the applicant is told)."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="extension")
    days = models.PositiveSmallIntegerField()
    due_before = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(days__range=(1, 30)), name="cases_extension_at_most_30_days"),
        ]
