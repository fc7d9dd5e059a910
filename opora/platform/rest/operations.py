"""Keeping answers for repeated requests. All of it happens in the transaction of the request itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import OperationalError, connection
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from opora.platform.errors import BusinessError
from opora.platform.rest.models import IdempotentRequest

if TYPE_CHECKING:
    from opora.platform.access.models import User

#: How long a repeated request waits for the first one before it is told to come back.
PATIENCE = "10s"


class KeyReused(BusinessError):
    code = "idempotency_key_reused"
    status = 409


class StillRunning(BusinessError):
    code = "request_in_progress"
    status = 409


class AnswerNotKept(BusinessError):
    code = "answer_not_kept"
    status = 409


#: Deferred keys are looked at now, not at commit, when nobody could be answered any more. Both in one round trip.
CHECK_KEYS = "set constraints all immediate; set constraints all deferred"


@dataclass(frozen=True)
class KeptAnswer:
    """What the first of the equal requests was answered."""

    status: int
    body: str
    location: str


def claim_key(*, key: str, method: str, path: str, digest: str, by: "User") -> KeptAnswer | None:
    """Take the key for this request, or return the answer that the same request has already got.

    Two equal requests at once: the unique index makes the second wait for the first one's transaction. If that is
    rolled back, the second does the work.

    :raises KeyReused: when the key belongs to another request.
    :raises StillRunning: when the first request has not finished within `PATIENCE`.
    :raises AnswerNotKept: when the work is done, but its answer held a secret.
    """
    if _insert(key=key, method=method, path=path, digest=digest, user_id=by.pk):
        return None
    first = IdempotentRequest.objects.get(user_id=by.pk, key=key)
    if first.digest != digest:
        message = _("The idempotency key was used for another request: choose a new key for every piece of work.")
        raise KeyReused(message, field="Idempotency-Key")
    if first.status is None or first.body is None:
        raise AnswerNotKept(_("The work is already done; its answer held a secret and cannot be shown again."))
    return KeptAnswer(status=first.status, body=first.body, location=first.location)


def keep_answer(*, key: str, status: int, body: str | None, location: str, by: "User") -> None:
    """Find out whether the keys that were written lead anywhere, and remember the answer.

    It becomes visible together with the work itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"{CHECK_KEYS}; update rest_idempotentrequest set status = %s, body = %s, location = %s"
            " where user_id = %s and key = %s",
            [status, body, location, by.pk, key],
        )


def forget_answers(*, before: datetime) -> int:
    """Delete answers older than `before`; return how many there were."""
    return IdempotentRequest.objects.filter(created_at__lt=before).delete()[0]


def _insert(*, key: str, method: str, path: str, digest: str, user_id: int) -> bool:
    """Whether the key was free. One statement: it is on the way of every registration.

    Only this insert is impatient: the limit is set before it, and taken back when its rows are counted. After a
    failure no more is asked of the database: the request is refused and undone whole.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, [PATIENCE, user_id, key, method, path[:500], digest])
            inserted: bool = cursor.fetchone()[0] == 1
            return inserted
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise StillRunning(_("The first of these requests is still running: repeat later.")) from error
        raise


_CLAIM = """
with impatience as (select set_config('lock_timeout', %s, true)),
claimed as (
    insert into rest_idempotentrequest (user_id, key, method, path, digest, location, created_at)
    select %s, %s, %s, %s, %s, '', now() from impatience
    on conflict (user_id, key) do nothing
    returning 1
)
select count(*), set_config('lock_timeout', '0', true) from claimed
"""
