"""Reading a passport from its TOML file, and telling the author exactly what to mend.

Pure: text in, values or a list of problems out. The form of the file is explained in `passports/README.md`.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError

_CODE = re.compile("[A-Za-z0-9_-]+")
#: How long texts may be.
_LIMITS = {"code": 60, "title": 300}
_LONG = 10_000
#: The units a term may be given in.
UNITS = ("minutes", "hours", "working_hours", "working_days", "days", "months")
#: The longest terms: about a century.
_MOST = {**dict.fromkeys(UNITS, 10_000), "months": 1_000}


@dataclass(frozen=True, kw_only=True)
class TermText:
    """A term as the passport gives it."""

    amount: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class StageText:
    """One stage as the passport gives it."""

    code: str
    title: str
    role: str
    term: TermText
    after: tuple[str, ...]
    content: str = ""
    form: str = ""
    result: str = ""
    legal_reference: str = ""
    verified: bool = True
    optional: bool = False
    answer: bool = False
    pause_reasons: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ChoiceText:
    """One condition under which the passport is chosen; an empty part fits everything."""

    topic: str = ""
    kind: str = ""
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class PassportText:
    """A whole passport."""

    code: str
    title: str
    applicants: str
    price: str
    price_basis: str
    conditions: str
    result: str
    complaints: str
    legal_reference: str
    verified: bool
    starts: str
    pauses_stop_total: bool
    term: TermText
    valid_from: date
    stages: tuple[StageText, ...]
    choices: tuple[ChoiceText, ...]
    digest: str


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong, where, and how to mend it."""

    file: str
    message: str
    stage: str = ""
    field: str = ""

    def __str__(self) -> str:
        places = [self.file]
        if self.stage:
            places.append(_("stage “%s”") % self.stage)
        if self.field:
            places.append(_("field “%s”") % self.field)
        return f"{', '.join(places)}: {self.message}"


class PassportsRefused(BusinessError):
    """Some passport is wrong; none is loaded."""

    code = "passports_refused"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)), field="passports")
        self.problems = tuple(problems)
        self.faults = [
            {"loc": [part for part in (p.file, p.stage, p.field) if part], "message": p.message, "hint": ""}
            for p in self.problems
        ]


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """The words a passport may use."""

    roles: Collection[str]
    pause_reasons: Collection[str]
    events: Collection[str]
    kinds: Collection[str]
    channels: Collection[str]
    topics: Collection[str]


def read_passports(sources: Mapping[str, bytes], vocabulary: Vocabulary) -> list[PassportText]:
    """Read every file, by its name, and check them together.

    :raises PassportsRefused: with the problems of all files at once.
    """
    passports, problems = [], []
    owners: dict[str, str] = {}
    chosen: dict[ChoiceText, str] = {}
    for name in sorted(sources):
        reader = _Reader(name, vocabulary)
        passport = reader.read(sources[name])
        problems += reader.problems
        if passport is None:
            continue
        if passport.code in owners:
            message = _("the code “%(code)s” is already used in %(file)s: give another.")
            values = {"code": passport.code, "file": owners[passport.code]}
            problems.append(Problem(file=name, field="code", message=message % values))
        owners[passport.code] = name
        for choice in passport.choices:
            if choice in chosen:
                message = _("the same condition stands in %s: leave it in one of the files.") % chosen[choice]
                problems.append(Problem(file=name, field="chosen_for", message=message))
            chosen[choice] = name
        passports.append(passport)
    if problems:
        raise PassportsRefused(problems)
    return passports


@dataclass
class _Reader:
    """Collects the problems of one file."""

    file: str
    words: Vocabulary
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, message: str, *, field: str = "", stage: str = "") -> None:
        self.problems.append(Problem(file=self.file, stage=stage, field=field, message=message))

    def read(self, source: bytes) -> PassportText | None:
        try:
            data = tomllib.loads(source.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.wrong(_("the file is not in UTF-8: save it in this encoding."))
            return None
        except tomllib.TOMLDecodeError as error:
            self.wrong(_("the file is not correct TOML: %s.") % error)
            return None
        self.known(data, _HEAD)
        passport = PassportText(
            code=self.text(data, "code", required=True),
            title=self.text(data, "title", required=True),
            applicants=self.text(data, "applicants", required=True),
            price=self.text(data, "price", required=True),
            price_basis=self.text(data, "price_basis"),
            conditions=self.text(data, "conditions"),
            result=self.text(data, "result", required=True),
            complaints=self.text(data, "complaints"),
            legal_reference=self.text(data, "legal_reference", required=True),
            verified=self.flag(data, "verified", default=True),
            starts=self.word(data, "starts", self.words.events, default="registered"),
            pauses_stop_total=self.flag(data, "pauses_stop_total", default=False),
            term=self.term(data),
            valid_from=self.day(data, "valid_from"),
            stages=self.stages(data),
            choices=self.choices(data),
            digest=sha256(source).hexdigest(),
        )
        self.check_order(passport.stages)
        if sum(stage.answer for stage in passport.stages) > 1:
            self.wrong(_("only one stage may be the answer to the applicant."), field="answer")
        return None if self.problems else passport

    def stages(self, data: Mapping[str, Any]) -> tuple[StageText, ...]:
        rows = data.get("stages")
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            self.wrong(_("there is no stage: add at least one [[stages]]."), field="stages")
            return ()
        return tuple(self.stage(row, ordinal) for ordinal, row in enumerate(rows, start=1))

    def stage(self, row: Mapping[str, Any], ordinal: int) -> StageText:
        code = self.text(row, "code", required=True, stage=str(ordinal))
        stage = code or str(ordinal)
        self.known(row, _STAGE, stage=stage)
        return StageText(
            code=code,
            title=self.text(row, "title", required=True, stage=stage),
            role=self.word(row, "role", self.words.roles, stage=stage),
            term=self.term(row, stage=stage),
            after=tuple(self.texts(row, "after", stage=stage, default=["registered"])),
            content=self.text(row, "content", stage=stage),
            form=self.text(row, "form", stage=stage),
            result=self.text(row, "result", stage=stage),
            legal_reference=self.text(row, "legal_reference", stage=stage),
            verified=self.flag(row, "verified", default=True, stage=stage),
            optional=self.flag(row, "optional", default=False, stage=stage),
            answer=self.flag(row, "answer", default=False, stage=stage),
            pause_reasons=tuple(
                self.allowed(reason, "pause_reasons", self.words.pause_reasons, stage=stage)
                for reason in self.texts(row, "pause_reasons", stage=stage, default=[])
            ),
        )

    def choices(self, data: Mapping[str, Any]) -> tuple[ChoiceText, ...]:
        """Every combination of each `[[chosen_for]]`; a part may be one word or a list of words."""
        found: list[ChoiceText] = []
        rows = data.get("chosen_for", [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.wrong(_("each must be a table of its own: [[%s]].") % "chosen_for", field="chosen_for")
            return ()
        for row in rows:
            self.known(row, _CHOICE)
            found += [
                ChoiceText(topic=topic, kind=kind, channel=channel)
                for topic in self.part(row, "topic", self.words.topics)
                for kind in self.part(row, "kind", self.words.kinds)
                for channel in self.part(row, "channel", self.words.channels)
            ]
        if len(set(found)) < len(found):
            self.wrong(_("a condition is repeated: leave it once."), field="chosen_for")
        return tuple(found)

    def part(self, row: Mapping[str, Any], name: str, words: Collection[str]) -> list[str]:
        return [self.allowed(word, name, words) for word in self.texts(row, name, default=[])] or [""]

    def check_order(self, stages: Sequence[StageText]) -> None:
        """Each stage follows events and stages that exist, and nothing waits for itself."""
        codes = [stage.code for stage in stages]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.wrong(_("the code is repeated: every stage needs its own."), stage=code, field="code")
        for code in sorted(set(codes) & set(self.words.events)):
            self.wrong(_("the code is the name of an event: give another."), stage=code, field="code")
        optional = {stage.code for stage in stages if stage.optional}
        answers = {stage.code for stage in stages if stage.answer}
        known = {*codes, *self.words.events}
        for stage in stages:
            if not stage.after:
                self.wrong(_("name the event or stage its clock runs from."), stage=stage.code, field="after")
            for before in stage.after:
                if before not in known:
                    message = _("there is no stage or event “%(name)s”: choose from %(known)s.")
                    values = {"name": before, "known": ", ".join(sorted(known - {stage.code}))}
                    self.wrong(message % values, stage=stage.code, field="after")
                if before in optional and not stage.optional:
                    message = _("it waits for the optional stage “%s”, which may never come: name another.")
                    self.wrong(message % before, stage=stage.code, field="after")
                if before in answers and not stage.optional:
                    message = _("it follows the answer to the applicant, which ends the case: make it optional.")
                    self.wrong(message, stage=stage.code, field="after")
        try:
            TopologicalSorter({stage.code: stage.after for stage in stages}).prepare()
        except CycleError as error:
            cycle = list(reversed(error.args[1]))
            message = _("the stages wait for one another in a circle (%s): break it.") % " → ".join(cycle)
            self.wrong(message, stage=cycle[0], field="after")

    def term(self, row: Mapping[str, Any], *, stage: str = "") -> TermText:
        value = row.get("term")
        nothing = TermText(amount=0, unit="days")
        if value is None:
            self.wrong(_("there is no term: add, for example, term = { working_days = 3 }."), stage=stage, field="term")
            return nothing
        if not isinstance(value, dict) or len(value) != 1:
            message = _("give one unit and its number, for example term = { working_days = 3 }.")
            self.wrong(message, stage=stage, field="term")
            return nothing
        ((unit, amount),) = value.items()
        unit = self.allowed(unit, "term", UNITS, stage=stage)
        most = _MOST.get(unit, min(_MOST.values()))
        if not isinstance(amount, int) or isinstance(amount, bool) or not 1 <= amount <= most:
            self.wrong(_("the term must be a whole number from 1 to %d.") % most, stage=stage, field="term")
            return nothing
        return TermText(amount=amount, unit=unit)

    def day(self, row: Mapping[str, Any], name: str) -> date:
        value = row.get(name)
        if type(value) is not date:
            self.wrong(_("give a date without quotes, for example %s = 2024-01-01.") % name, field=name)
            return date.min
        return value

    def text(self, row: Mapping[str, Any], name: str, *, required: bool = False, stage: str = "") -> str:
        value = row.get(name, "")
        if not isinstance(value, str):
            self.wrong(_("this must be a text in quotes."), stage=stage, field=name)
            return ""
        text = value.strip()
        if required and not text:
            self.wrong(_("this is missing: fill it in."), stage=stage, field=name)
        if name == "code" and text and not _CODE.fullmatch(text):
            self.wrong(_("a code is written in Latin letters, digits, - and _."), stage=stage, field=name)
        if len(text) > (limit := _LIMITS.get(name, _LONG)):
            self.wrong(_("this is longer than %d characters: shorten it.") % limit, stage=stage, field=name)
        return text

    def texts(self, row: Mapping[str, Any], name: str, *, default: Iterable[str], stage: str = "") -> list[str]:
        value = row.get(name, list(default))
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(item, str) for item in values):
            self.wrong(_("this must be a text in quotes or a list of such texts."), stage=stage, field=name)
            return []
        return values

    def word(
        self, row: Mapping[str, Any], name: str, words: Collection[str], *, default: str = "", stage: str = ""
    ) -> str:
        value = self.text(row, name, required=not default, stage=stage) or default
        return self.allowed(value, name, words, stage=stage) if value else value

    def allowed(self, value: str, name: str, words: Collection[str], *, stage: str = "") -> str:
        if value not in words:
            message = _("“%(value)s” is unknown: choose from %(words)s.")
            self.wrong(message % {"value": value, "words": ", ".join(words)}, stage=stage, field=name)
        return value

    def flag(self, row: Mapping[str, Any], name: str, *, default: bool, stage: str = "") -> bool:
        value = row.get(name, default)
        if not isinstance(value, bool):
            self.wrong(_("this must be true or false."), stage=stage, field=name)
            return default
        return value

    def known(self, row: Mapping[str, Any], names: Collection[str], *, stage: str = "") -> None:
        for name in row:
            if name not in names:
                self.wrong(_("there is no such field: choose from %s.") % ", ".join(names), stage=stage, field=name)


_HEAD = (
    "code",
    "title",
    "applicants",
    "price",
    "price_basis",
    "conditions",
    "result",
    "complaints",
    "legal_reference",
    "verified",
    "starts",
    "pauses_stop_total",
    "term",
    "valid_from",
    "stages",
    "chosen_for",
)
_STAGE = (
    "code",
    "title",
    "role",
    "term",
    "after",
    "content",
    "form",
    "result",
    "legal_reference",
    "verified",
    "optional",
    "answer",
    "pause_reasons",
)
_CHOICE = ("topic", "kind", "channel")
