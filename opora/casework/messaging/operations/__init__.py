"""How messages are sent and settled, and what people say of them."""

from opora.casework.messaging.operations.consents import (
    ProofMissing,
    record_consent,
    set_preference,
    withdraw_consent,
)
from opora.casework.messaging.operations.delivery import (
    CannotRetry,
    cancel_message,
    record_outcome,
    release_interrupted,
    retry_message,
    take_up,
)
from opora.casework.messaging.operations.notices import forget_notices, mark_all_read, mark_read, notify
from opora.casework.messaging.operations.sending import (
    FieldMissing,
    NoTemplate,
    Recipient,
    RepeatedKey,
    send,
)
from opora.casework.messaging.operations.templates import (
    SubjectMissing,
    TextMissing,
    UnknownField,
    change_template,
    load_templates,
)

__all__ = [
    "CannotRetry",
    "FieldMissing",
    "NoTemplate",
    "ProofMissing",
    "Recipient",
    "RepeatedKey",
    "SubjectMissing",
    "TextMissing",
    "UnknownField",
    "cancel_message",
    "change_template",
    "forget_notices",
    "load_templates",
    "mark_all_read",
    "mark_read",
    "notify",
    "record_consent",
    "record_outcome",
    "release_interrupted",
    "retry_message",
    "send",
    "set_preference",
    "take_up",
    "withdraw_consent",
]
