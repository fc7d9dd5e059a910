from datetime import timedelta

from django.utils import timezone

from opora.casework.messaging.models import Notice
from opora.casework.messaging.operations import forget_notices, mark_all_read, mark_read, notify
from opora.casework.messaging.queries import notices_of, unread_count
from opora.platform.access.operations import create_user
from opora.platform.scope import Scope


def test_many_users_are_told_in_one_statement_and_each_once(user, admin, django_assert_num_queries):
    others = [create_user(username=f"u{n}", password=None, roles=[], scope=Scope(), by=admin) for n in range(3)]
    told = {"text": "Просрочен этап", "url": "/cases/17/", "once": "overdue:17", "by": admin, "level": "warn"}
    notify(user_ids=[user.pk], **told)

    with django_assert_num_queries(4):  # with the savepoint around, and the announcement
        fresh = notify(user_ids=[user.pk, *(other.pk for other in others), others[0].pk], **told)

    assert fresh == [other.pk for other in others]
    assert Notice.objects.count() == 4
    notice = notices_of(user).get()
    assert (notice.text, notice.url, notice.level, notice.read_at) == ("Просрочен этап", "/cases/17/", "warn", None)


def test_nobody_to_tell_is_no_error(admin):
    assert notify(user_ids=[], text="…", url="", once="x", by=admin) == []


def test_reading_empties_the_bell_of_its_user_only(user, admin):
    for number in range(3):
        notify(user_ids=[user.pk, admin.pk], text="…", url="", once=f"n:{number}", by=admin)
    first = notices_of(user).last()
    foreign = notices_of(admin).last()

    assert mark_read(notice_ids=[first.pk, foreign.pk], by=user) == 1
    assert mark_read(notice_ids=[first.pk], by=user) == 0
    assert unread_count(user) == 2
    assert mark_all_read(by=user) == 2

    assert unread_count(user) == 0
    assert unread_count(admin) == 3


def test_old_notices_are_forgotten(user, admin):
    notify(user_ids=[user.pk], text="старое", url="", once="1", by=admin)
    Notice.objects.update(created_at=timezone.now() - timedelta(days=2))
    notify(user_ids=[user.pk], text="новое", url="", once="2", by=admin)

    assert forget_notices(before=timezone.now() - timedelta(days=1)) == 1
    assert notices_of(user).get().text == "новое"
