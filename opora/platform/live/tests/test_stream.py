import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction

from opora.platform.access.operations import change_scope, create_user, ensure_system_user
from opora.platform.live.operations import announce
from opora.platform.live.tests.browser import Server
from opora.platform.scope import Scope

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "верный-пароль-1"
LISTENERS = "application_name = 'opora live' and datname = current_database()"


@pytest.fixture
def start():
    servers = []

    def start_server(**settings):
        servers.append(Server(**settings))
        return servers[-1]

    yield start_server
    for server in servers:
        server.stop()


@pytest.fixture
def smirnova():
    scope = Scope(branches=frozenset([3]))
    return create_user(username="smirnova", password=PASSWORD, roles=[], scope=scope, by=ensure_system_user())


@pytest.fixture
def session(client, smirnova):
    client.force_login(smirnova)
    return client.session.session_key


def cut_listeners():
    with connection.cursor() as cursor:
        cursor.execute("set role none")
        cursor.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where {LISTENERS}")
        cut = cursor.rowcount
        cursor.execute("set role opora_app")
    return cut


def test_a_page_hears_its_topics_at_commit_and_nothing_else(start, session):
    page = start().open("cases,case:17", session)

    with transaction.atomic():
        announce("case:17", "case:18", "messages")
        assert page.is_silent_for(0.3)

    assert page.next() == ["case:17"]
    assert page.is_silent_for(0.3)


def test_what_was_rolled_back_is_never_heard(start, session):
    page = start().open("cases", session)

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        announce("cases")
        1 / 0  # noqa: B018

    assert page.is_silent_for(0.3)


def test_announcements_of_one_moment_arrive_in_one_message(start, session):
    page = start(gathering=0.3).open("case:1,case:2,cases", session)

    for _repeat in range(20):
        announce("cases", "case:1")
        announce("case:2")

    assert page.next() == ["case:1", "case:2", "cases"]
    assert page.is_silent_for(0.5)


def test_every_open_page_hears_and_one_that_left_is_forgotten(start, session):
    server = start()
    first, second, third = (server.open("cases", session) for _page in range(3))

    third.leave()
    announce("cases")

    assert (first.next(), second.next(), third.next()) == (["cases"], ["cases"], [])
    assert len(server.live.hub) == 2


def test_after_a_lost_connection_every_page_is_told_all_its_topics_once(start, session):
    server = start()
    first, second = server.open("cases,case:1", session), server.open("messages", session)

    assert cut_listeners() == 1

    assert first.next() == ["case:1", "cases"]
    assert second.next() == ["messages"]
    announce("case:1")
    assert first.next() == ["case:1"]
    assert second.is_silent_for(0.3)


def test_a_visitor_without_a_session_is_refused(start):
    server = start()

    assert server.open("cases").answered == 401
    assert server.open("cases", "0123456789abcdefghijklmnopqrstuv").answered == 401


def test_notices_of_another_and_branches_outside_the_scope_are_not_heard(start, session, smirnova):
    other = smirnova.pk + 1
    page = start().open(f"user:{other},user:{smirnova.pk},branch:3,branch:4", session)

    announce(f"user:{other}", "branch:4")
    assert page.is_silent_for(0.3)
    announce(f"user:{smirnova.pk}", "branch:3")

    assert page.next() == ["branch:3", f"user:{smirnova.pk}"]


@pytest.mark.parametrize(
    "topics",
    ["", "Cases", "case:", "case:one", "a b", "c" * 31, ",".join(f"case:{n}" for n in range(101))],
)
def test_what_is_no_topic_or_too_many_is_refused(start, session, topics):
    assert start().open(topics, session).answered == 400


def test_only_reading_is_understood(start, session):
    assert start().open("cases", session, method="POST").answered == 405


def test_a_full_process_sends_the_next_page_to_another(start, session):
    server = start(most_pages=1)
    first = server.open("cases", session)

    assert server.open("cases", session).answered == 503
    first.leave()
    assert server.open("cases", session).answered == 200


def test_a_silent_stream_is_kept_open_by_comments(start, session):
    page = start(heartbeat=0.1).open("cases", session)

    assert [page.next_raw(), page.next_raw()] == [":\n\n", ":\n\n"]


def test_whoever_signs_out_is_let_go(start, client, session):
    page = start(heartbeat=0.1, recheck=0.1).open("cases", session)

    client.logout()

    assert page.next() == []


def test_a_deactivated_user_is_let_go(start, smirnova, session):
    page = start(heartbeat=0.1, recheck=0.1).open("cases", session)

    get_user_model().objects.filter(pk=smirnova.pk).update(is_active=False)

    assert page.next() == []


def test_a_narrowed_scope_ends_the_streams_it_no_longer_covers(start, smirnova, session):
    server = start(heartbeat=0.1, recheck=0.1)
    wide, narrow = server.open("branch:3", session), server.open("cases", session)

    change_scope(user_id=smirnova.pk, scope=Scope(), by=ensure_system_user())

    assert wide.next() == []
    announce("cases")
    assert narrow.next() == ["cases"]
