from enum import StrEnum


class MessagingPermission(StrEnum):
    VIEW = "messaging.view"
    SEND = "messaging.send"
    CONSENT = "messaging.consent"
    CONFIGURE = "messaging.configure"
    RETRY = "messaging.retry"
