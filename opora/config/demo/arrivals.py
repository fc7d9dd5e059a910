"""Who turns to the company, when, how and about what: a stream in the order of time."""

import tomllib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from opora.casework.cases.stages import Channel, Kind
from opora.config.demo import texts
from opora.config.demo.customers import Party
from opora.config.demo.structure import Territory

ZONE = ZoneInfo("Europe/Moscow")

#: Contacts by hour of the day: calls come all day long, visits and letters while people are at work.
_HOURS: Mapping[str, Sequence[int]] = {
    Channel.PHONE: (2, 1, 1, 1, 1, 2, 5, 8, 12, 14, 14, 13, 11, 11, 12, 12, 11, 11, 12, 13, 12, 9, 6, 4),
    Channel.VOICEMAIL: (2, 1, 1, 1, 1, 2, 5, 8, 10, 10, 10, 10, 9, 9, 9, 9, 9, 10, 12, 13, 12, 9, 6, 4),
    Channel.WEB: (3, 1, 1, 0, 0, 1, 2, 5, 10, 13, 14, 13, 11, 12, 12, 12, 10, 9, 9, 11, 12, 12, 10, 6),
    Channel.VISIT: (0, 0, 0, 0, 0, 0, 0, 0, 12, 14, 14, 12, 3, 12, 12, 10, 6, 0, 0, 0, 0, 0, 0, 0),
}
_LETTERS = (0, 0, 0, 0, 0, 0, 0, 0, 10, 14, 14, 12, 4, 10, 12, 10, 6, 1, 0, 0, 0, 0, 0, 0)
_WEEK = (1.15, 1.05, 1.0, 1.0, 1.0, 0.4, 0.3)
#: Once in so many days a storm brings down lines of one branch.
_STORMS = 90
_STORM = 6.0


class _Sort(NamedTuple):
    topic: str
    kind: str
    channels: tuple[str, ...]
    channel_weights: tuple[int, ...]
    by: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One contact before anybody has registered it."""

    at: datetime
    topic: str
    kind: str
    channel: str
    #: None: nobody has found out who it is.
    party: Party | None
    territory: Territory
    text: str


def _read() -> tuple[Sequence[_Sort], Sequence[int]]:
    rows: list[list[Any]] = tomllib.loads((Path(__file__).parent / "contacts.toml").read_text("utf-8"))["contacts"]
    sorts = [_Sort(topic, kind, tuple(by), tuple(accumulate(by.values())), of) for topic, kind, _w, by, of in rows]
    return sorts, list(accumulate(row[2] for row in rows))


_SORTS, _WEIGHTS = _read()


class Arrivals:
    """Contacts of these customers; families call repeatedly, storms bring many calls about outages."""

    def __init__(self, random: Random, parties: Sequence[Party], territories: Sequence[Territory]) -> None:
        self.random = random
        self.territories = territories
        self.parties = {
            "": parties,
            "people": [party for party in parties if party.group == "POPULATION"],
            "firms": [party for party in parties if party.group != "POPULATION"],
        }
        self.by_branch: dict[int, list[Party]] = {}
        for party in parties:
            self.by_branch.setdefault(territories[party.territory].branch_id, []).append(party)
        self.recent: deque[tuple[str, Party]] = deque(maxlen=60)

    def between(self, first: date, last: date, *, count: int, until: datetime) -> Iterator[Arrival]:
        """About so many contacts from one day to another, none later than `until`."""
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        storms = {day: self.random.choice(list(self.by_branch)) for day in days[_STORMS // 2 :: _STORMS]}
        weights = [_WEEK[day.weekday()] + (_STORM if day in storms else 0) for day in days]
        chosen = self.random.choices(range(len(days)), weights, k=count)
        per_day = [0] * len(days)
        for number in chosen:
            per_day[number] += 1
        for day, many in zip(days, per_day, strict=True):
            storm = storms.get(day)
            usual = many if storm is None else int(many * _WEEK[day.weekday()] / (_WEEK[day.weekday()] + _STORM))
            found = [self._usual(day) for _ in range(usual)]
            found += [self._storm(day, storm) for _ in range(many - usual) if storm is not None]
            found.sort(key=lambda arrival: arrival.at)
            yield from (arrival for arrival in found if arrival.at <= until)

    def _usual(self, day: date) -> Arrival:
        random = self.random
        sort = random.choices(_SORTS, cum_weights=_WEIGHTS)[0]
        channel = random.choices(sort.channels, cum_weights=sort.channel_weights)[0]
        party = self._party(sort, channel)
        if party:
            self.recent.append((sort.topic, party))
        return self._arrival(day, sort.topic, sort.kind, channel, party)

    def _party(self, sort: _Sort, channel: str) -> Party | None:
        """Nobody known (one call in sixteen), somebody who turned to us lately about the same, or anybody."""
        random, chance = self.random, self.random.random()
        if sort.kind != Kind.APPLICATION and channel in (Channel.PHONE, Channel.VOICEMAIL) and chance < 0.06:
            return None
        if sort.kind != Kind.APPLICATION and chance > 0.88:
            for topic, party in reversed(self.recent):
                if topic == sort.topic:
                    return party
        return random.choice(self.parties[sort.by])

    def _storm(self, day: date, branch_id: int) -> Arrival:
        party = self.random.choice(self.by_branch[branch_id])
        channel = Channel.PHONE if self.random.random() < 0.8 else Channel.VOICEMAIL
        return self._arrival(day, "outage_emergency", Kind.APPEAL, channel, party)

    def _arrival(self, day: date, topic: str, kind: str, channel: str, party: Party | None) -> Arrival:
        random = self.random
        hour = random.choices(range(24), _HOURS.get(channel, _LETTERS))[0]
        at = datetime(day.year, day.month, day.day, hour, random.randrange(60), random.randrange(60), tzinfo=ZONE)
        territory = self.territories[party.territory] if party else random.choice(self.territories)
        text = texts.appeal(
            random,
            topic,
            complaint=kind == Kind.COMPLAINT,
            address=party.address if party else territory.settlements[0],
            account=party.account if party else "не назван",
            meter=party.meter if party else "без номера",
            time=f"{max(0, hour - random.randrange(4)):02d}:{random.randrange(60):02d}",
        )
        return Arrival(at, topic, kind, channel, party, territory, text)
