"""Letters into a folder, for an installation that has no mail server yet: nothing leaves the machine."""

import os
from pathlib import Path

from django.conf import settings

from opora.casework.messaging.stages import Reason
from opora.casework.messaging.transports import Accepted, Outcome, Outgoing, Refused, TryLater
from opora.gateways.mail.letter import BadAddress, compose


class OutboxTransport:
    """Puts each letter into `settings.OUTBOX` as a file that any mail program opens."""

    def deliver(self, message: Outgoing) -> Outcome:
        path = _path(message)
        try:
            letter = compose(message, sender=settings.MAIL_FROM).as_bytes()
        except BadAddress as error:
            return Refused(reason=Reason.ADDRESS_UNKNOWN, detail=str(error))
        writing = path.with_suffix(f".{os.getpid()}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            writing.write_bytes(letter)
            writing.replace(path)
        except OSError as error:
            return TryLater(reason=Reason.CONNECTION, detail=str(error))
        return Accepted(provider_id=path.name)

    def settle(self, message: Outgoing) -> Outcome:
        """The letter is there as a whole, or not at all."""
        path = _path(message)
        return Accepted(provider_id=path.name) if path.exists() else TryLater(reason=Reason.INTERRUPTED)


def _path(message: Outgoing) -> Path:
    folder: Path = settings.OUTBOX
    return folder / f"{message.message_id}.eml"
