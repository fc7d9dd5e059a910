"""When a message may reach a person, for any moment, channel, purpose and zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opora.casework.messaging.rules import HOURS, fields_of, filled, not_before, pause, refusal, topic_of
from opora.casework.messaging.stages import Channel, Purpose, Reason

MOSCOW = ZoneInfo("Europe/Moscow")
ZONES = [
    *map(ZoneInfo, ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Yekaterinburg", "Asia/Kamchatka", "Asia/Kolkata"))
]
moments = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
asked = {
    "channel": st.sampled_from(Channel),
    "purpose": st.sampled_from(Purpose),
    "zone": st.sampled_from(ZONES),
}


@given(moment=moments, **asked)
def test_nobody_is_ever_reached_in_quiet_hours(moment, channel, purpose, zone):
    begins = not_before(moment, channel=channel, purpose=purpose, zone=zone)

    if (channel, purpose) in HOURS:
        assert time(9) <= begins.astimezone(zone).time() < time(21)
    else:
        assert begins == moment


@given(moment=moments, earlier=st.timedeltas(timedelta(0), timedelta(days=1)), **asked)
def test_nobody_waits_longer_than_quiet_hours_last(moment, earlier, channel, purpose, zone):
    begins = not_before(moment, channel=channel, purpose=purpose, zone=zone)

    assert moment <= begins < moment + timedelta(hours=12, seconds=1)
    between = moment + (begins - moment) * (earlier / timedelta(days=1))
    if between < begins and (channel, purpose) in HOURS:
        assert not time(9) <= between.astimezone(zone).time() < time(21)


@pytest.mark.parametrize(
    ("local", "channel", "purpose", "begins"),
    [
        ("2026-11-24T20:59:59", Channel.SMS, Purpose.SERVICE, "2026-11-24T20:59:59"),
        ("2026-11-24T21:00:00", Channel.SMS, Purpose.SERVICE, "2026-11-25T09:00:00"),
        ("2026-11-24T03:00:00", Channel.VOICE, Purpose.ANSWER, "2026-11-24T09:00:00"),
        ("2026-11-24T03:00:00", Channel.EMAIL, Purpose.SERVICE, "2026-11-24T03:00:00"),
        ("2026-11-24T23:00:00", Channel.EMAIL, Purpose.ANSWER, "2026-11-24T23:00:00"),
        ("2026-12-31T23:00:00", Channel.EMAIL, Purpose.ADVERTISING, "2027-01-01T09:00:00"),
    ],
)
def test_hours_of_a_channel_and_purpose(local, channel, purpose, begins):
    moment = datetime.fromisoformat(local).replace(tzinfo=MOSCOW)

    found = not_before(moment, channel=channel, purpose=purpose, zone=MOSCOW)

    assert found == datetime.fromisoformat(begins).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("purpose", "consent", "reason"),
    [
        (Purpose.SERVICE, None, None),
        (Purpose.SERVICE, True, None),
        (Purpose.SERVICE, False, Reason.WITHDRAWN),
        (Purpose.ANSWER, None, None),
        (Purpose.ANSWER, False, Reason.WITHDRAWN),
        (Purpose.SURVEY, None, Reason.NO_CONSENT),
        (Purpose.SURVEY, True, None),
        (Purpose.ADVERTISING, None, Reason.NO_CONSENT),
        (Purpose.ADVERTISING, True, None),
        (Purpose.ADVERTISING, False, Reason.WITHDRAWN),
    ],
)
def test_what_the_law_lets_through(purpose, consent, reason):
    assert refusal(purpose, consent) is reason


def test_pauses_grow_by_the_kind_of_failure_and_then_repeat():
    assert [pause(Reason.CONNECTION, n).total_seconds() for n in (1, 2, 6, 7, 99)] == [30, 60, 1800, 1800, 1800]
    assert [pause(Reason.BUSY, n).total_seconds() / 60 for n in (1, 2, 6, 99)] == [5, 10, 120, 120]


def test_values_fill_their_fields_and_are_never_read_for_fields_themselves():
    text = "№ {number} от {date}: {number} {unknown} { } {1}"

    assert fields_of(text) == ["number", "date", "unknown", "1"]
    assert filled(text, {"number": "{date}", "date": "1.12"}) == "№ {date} от 1.12: {date} {unknown} { } {1}"


def test_a_thing_is_watched_by_its_name_and_number():
    assert topic_of("cases.Case:17") == "case:17"
