"""Whether, when and in which words a message may go. Pure: values in, values out."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from opora.casework.messaging.stages import Channel, Purpose, Reason

_FIELD = re.compile(r"\{(\w+)\}")

#: Names that every template may use besides its own; their values are known without the sender.
STANDARD_FIELDS = ("name", "company", "phone")

#: What stands in a preview in place of each field.
EXAMPLES: Mapping[str, str] = {
    "name": "Петрова Анна Сергеевна",
    "number": "01-2026-000123",
    "topic": "Качество электрической энергии",
    "due": "24.12.2026",
    "answer": "Напряжение в сети измерено 12.12.2026 и соответствует норме.",
    "text": "Бригада выехала на место и измерила напряжение.",
}

#: Purposes that may not be served unless the person agreed before (38-ФЗ ст. 18 for advertising; surveys are research,
#: for which consent to processing is asked apart, 152-ФЗ ст. 9). Notices of a service that a person has, and answers
#: to what he asked, need none; a refusal counts for them too.
NEED_CONSENT: Collection[Purpose] = frozenset({Purpose.SURVEY, Purpose.ADVERTISING})

#: Local hours in which a message may reach a person; a pair that is not here may go at any hour.
HOURS: Mapping[tuple[Channel, Purpose], tuple[time, time]] = {
    (channel, purpose): (time(9), time(21))
    for channel in Channel
    for purpose in Purpose
    if channel is not Channel.EMAIL or purpose in NEED_CONSENT
}

#: How long a message stays worth telling, unless its sender knows better.
VALID_FOR: Mapping[Purpose, timedelta] = {
    Purpose.SERVICE: timedelta(days=3),
    Purpose.ANSWER: timedelta(days=7),
    Purpose.SURVEY: timedelta(days=3),
    Purpose.ADVERTISING: timedelta(days=3),
}

#: Pauses before the next try: a server that is away is asked soon, one that says "later" (greylisting) is left alone.
PAUSES: Mapping[Reason, Sequence[timedelta]] = {
    Reason.CONNECTION: [timedelta(seconds=s) for s in (30, 60, 120, 300, 600, 1800)],
    Reason.BUSY: [timedelta(minutes=m) for m in (5, 10, 20, 40, 60, 120)],
    Reason.AUTHENTICATION: [timedelta(minutes=m) for m in (2, 5, 10, 30)],
    Reason.INTERRUPTED: [timedelta(seconds=s) for s in (0, 60, 300, 1800)],
}


def refusal(purpose: Purpose, consent: bool | None) -> Reason | None:
    """Why a message of this purpose may not go, or None when it may.

    :param consent: the last word of the person for this purpose and channel; None when he has never said anything.
    """
    if consent is False:
        return Reason.WITHDRAWN
    if consent is None and purpose in NEED_CONSENT:
        return Reason.NO_CONSENT
    return None


def not_before(moment: datetime, *, channel: Channel, purpose: Purpose, zone: ZoneInfo) -> datetime:
    """The first moment, from this one on, at which the message may reach the person: now, or when quiet hours end."""
    hours = HOURS.get((channel, purpose))
    if hours is None:
        return moment
    opens, closes = hours
    local = moment.astimezone(zone)
    if opens <= local.time() < closes:
        return moment
    day = local.date() if local.time() < opens else local.date() + timedelta(days=1)
    return datetime.combine(day, opens, zone).astimezone(moment.tzinfo)


def pause(reason: Reason, attempts: int) -> timedelta:
    """How long to wait after so many tries that ended like this; the longest pause repeats."""
    steps = PAUSES.get(reason, PAUSES[Reason.BUSY])
    return steps[min(max(attempts, 1), len(steps)) - 1]


def fields_of(*texts: str) -> list[str]:
    """Names in braces, in order, each once."""
    return list(dict.fromkeys(name for text in texts for name in _FIELD.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with values in place of the names that have one. Values are never read for names themselves."""
    return _FIELD.sub(lambda found: values.get(found[1], found[0]), text)


def topic_of(reference: str) -> str:
    """The live topic of a thing in the journal: `cases.Case:17` is watched as `case:17`."""
    return reference.rpartition(".")[2].lower()
