"""What a case and its stages may be, and how they may move."""

from collections.abc import Collection, Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where a case stands."""

    REGISTERED = "REGISTERED", pgettext_lazy("case", "registered")
    IN_PROGRESS = "IN_PROGRESS", _("in progress")
    ANSWERED = "ANSWERED", _("answered")
    CLOSED = "CLOSED", _("closed")
    CANCELLED = "CANCELLED", _("cancelled")


#: A case that was answered or closed comes back to work by `reopen_case`.
MOVES: Mapping[State, Collection[State]] = {
    State.REGISTERED: {State.IN_PROGRESS, State.ANSWERED, State.CANCELLED},
    State.IN_PROGRESS: {State.ANSWERED, State.CANCELLED},
    State.ANSWERED: {State.CLOSED, State.IN_PROGRESS},
    State.CLOSED: {State.IN_PROGRESS},
    State.CANCELLED: set(),
}

#: Somebody still owes the consumer an answer.
OPEN_STATES = (State.REGISTERED, State.IN_PROGRESS)


class StageStatus(TextChoices):
    """Where one stage of a case stands."""

    WAITING = "WAITING", _("waiting for its turn")
    RUNNING = "RUNNING", _("running")
    PAUSED = "PAUSED", _("paused")
    DONE = "DONE", _("done")
    RETURNED = "RETURNED", _("returned for rework")
    CANCELLED = "CANCELLED", _("not needed any more")


STAGE_MOVES: Mapping[StageStatus, Collection[StageStatus]] = {
    StageStatus.WAITING: {StageStatus.RUNNING, StageStatus.CANCELLED},
    StageStatus.RUNNING: {StageStatus.PAUSED, StageStatus.DONE, StageStatus.RETURNED, StageStatus.CANCELLED},
    StageStatus.PAUSED: {StageStatus.RUNNING, StageStatus.CANCELLED},
    StageStatus.DONE: set(),
    StageStatus.RETURNED: set(),
    StageStatus.CANCELLED: set(),
}

#: Somebody has the stage on his desk.
OPEN_STATUSES = (StageStatus.RUNNING, StageStatus.PAUSED)


class Kind(TextChoices):
    """The kinds of the regulator's form (order 186, annex 7, 4.1), and a consultation, which it counts as an appeal."""

    CONSULTATION = "CONSULTATION", _("consultation")
    APPEAL = "APPEAL", _("appeal")
    COMPLAINT = "COMPLAINT", _("complaint")
    APPLICATION = "APPLICATION", _("application for a service")


class Channel(TextChoices):
    """How the contact came in."""

    PHONE = "PHONE", _("phone")
    VISIT = "VISIT", _("visit")
    POST = "POST", _("post")
    EMAIL = "EMAIL", _("e-mail")
    WEB = "WEB", _("web form")
    VOICEMAIL = "VOICEMAIL", _("voicemail")
    OTHER = "OTHER", _("other")


class Source(TextChoices):
    """Who has turned to us: a controlling body sets its own date."""

    CITIZEN = "CITIZEN", _("citizen")
    ENTITY = "ENTITY", _("legal entity")
    AUTHORITY = "AUTHORITY", _("controlling body")


class Justified(TextChoices):
    """Whether a complaint was right: only such complaints count in the regulator's indicators."""

    YES = "YES", _("justified")
    PARTLY = "PARTLY", _("partly justified")
    NO = "NO", _("not justified")


class Result(TextChoices):
    """What came of a case."""

    EXPLAINED = "EXPLAINED", _("explained")
    SATISFIED = "SATISFIED", _("satisfied")
    PARTLY_SATISFIED = "PARTLY_SATISFIED", _("partly satisfied")
    SERVICE_RENDERED = "SERVICE_RENDERED", _("service rendered")
    REFUSED = "REFUSED", _("refused with reasons")
    FORWARDED = "FORWARDED", _("forwarded to whom it concerns")
    LEFT_UNANSWERED = "LEFT_UNANSWERED", _("left without an answer on lawful grounds")


class StageRole(TextChoices):
    """Who does a stage; routing rules turn a role into a division."""

    OPERATOR = "OPERATOR", _("contact centre operator")
    CLERK = "CLERK", _("customer office specialist")
    CURATOR = "CURATOR", _("curator of cases")
    EXECUTOR = "EXECUTOR", _("executor in charge of the subject")
    CONNECTION_ENGINEER = "CONNECTION_ENGINEER", _("grid connection engineer")
    METERING_ENGINEER = "METERING_ENGINEER", _("metering engineer")
    BALANCE_ENGINEER = "BALANCE_ENGINEER", _("energy balance engineer")
    GRID_ENGINEER = "GRID_ENGINEER", _("district grid engineer")
    DISPATCHER = "DISPATCHER", _("dispatcher")
    SERVICES_SPECIALIST = "SERVICES_SPECIALIST", _("services and contracts specialist")
    ACCOUNTANT = "ACCOUNTANT", _("accountant")
    LAWYER = "LAWYER", _("lawyer")
    HEAD = "HEAD", _("head who signs")
    APPLICANT = "APPLICANT", _("applicant")


class PauseReason(TextChoices):
    """Why a clock may stand; each stage of a passport names those it allows."""

    CUSTOMER_DOCUMENTS = "CUSTOMER_DOCUMENTS", _("waiting for the applicant's documents")
    CUSTOMER_ANSWER = "CUSTOMER_ANSWER", _("waiting for the applicant's answer")
    CUSTOMER_ACCESS = "CUSTOMER_ACCESS", _("waiting for access to the object or meter")
    CUSTOMER_PAYMENT = "CUSTOMER_PAYMENT", _("waiting for payment")
    THIRD_PARTY = "THIRD_PARTY", _("waiting for another organisation")
    WEATHER = "WEATHER", _("weather or emergency prevents the work")


class NoteKind(TextChoices):
    """Which action an internal note explains."""

    NOTE = "NOTE", pgettext_lazy("case", "note")
    PAUSED = "PAUSED", _("reason of a pause")
    RETURNED = "RETURNED", _("reason of a return")
    REASSIGNED = "REASSIGNED", _("reason of a reassignment")
    EXTENDED = "EXTENDED", _("reason of an extension")
    CANCELLED = "CANCELLED", _("reason of a cancellation")
    REOPENED = "REOPENED", _("reason of reopening")
    ANSWER = "ANSWER", _("earlier answer")


class ClockStart(TextChoices):
    """The events of a case, besides its own stages, that a clock may run from."""

    RECEIVED = "received", pgettext_lazy("clock runs from", "receipt")
    REGISTERED = "registered", pgettext_lazy("clock runs from", "registration")
