"""The bell: short notices for our own people."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from opora.casework.messaging.models import Notice
from opora.casework.messaging.stages import Level
from opora.platform.access.models import User
from opora.platform.live.operations import announce


@transaction.atomic
def notify(
    *, user_ids: Collection[int], text: str, url: str, once: str, by: User, level: str = Level.INFO
) -> list[int]:
    """Put a notice into the bells of users, in one statement; a user who has had it already gets it no more.

    :param text: without personal data: "Обращение 01-2026-000017: просрочен этап".
    :param once: the natural key for each of the users.
    :return: ids of the users who got it now.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into messaging_notice (user_id, once, level, text, url, created_at)"
            " select user_id, %s, %s, %s, %s, %s from unnest(%s::bigint[]) user_id order by user_id"
            " on conflict (user_id, once) do nothing returning user_id",
            [once, Level(level).value, text[:300], url[:300], timezone.now(), sorted(set(user_ids))],
        )
        told = [user_id for (user_id,) in cursor.fetchall()]
    announce(*(f"user:{user_id}" for user_id in told))
    return told


@transaction.atomic
def mark_read(*, notice_ids: Collection[int], by: User) -> int:
    """Mark some of the user's own notices as read; return how many were new."""
    read = Notice.objects.filter(user=by, pk__in=notice_ids, read_at=None).update(read_at=timezone.now())
    if read:
        announce(f"user:{by.pk}")
    return read


@transaction.atomic
def mark_all_read(*, by: User) -> int:
    """Mark every notice of the user as read; return how many were new."""
    read = Notice.objects.filter(user=by, read_at=None).update(read_at=timezone.now())
    if read:
        announce(f"user:{by.pk}")
    return read


def forget_notices(*, before: datetime) -> int:
    """Drop notices made before that moment, read or not: what they spoke of is in the journal."""
    dropped, _by_table = Notice.objects.filter(created_at__lt=before).delete()
    return dropped
