"""One life, many cases: the rows of a case lived by the demo's engine, cast again and again for other customers.

To live five million cases one by one takes over an hour. A cast is a copy of a life with a number, a customer, ids
and a phone of its own; what the law and the calendar decide stays as the engine left it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from opora.casework.cases.models import Case, CaseNote, CaseStage, StagePause
from opora.config.demo.lives import Chronicle, Life

#: Columns that each cast has of its own, written first.
CASE_OWN = ("id", "number", "customer_id", "usage_point_id", "contact_name", "contact_phone", "contact_email")
STAGE_OWN = ("id", "case_id")
NOTE_OWN = ("case_id", "stage_id")
PAUSE_OWN = ("stage_id",)
ENTRY_COLUMNS = ("event", "facts", "about", "by_id", "via", "at")

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Mould:
    """The rows of one life as COPY text, without what each cast has of its own."""

    life: Life
    case: str
    stages: Sequence[str]
    #: With the place of the stage they belong to, if any.
    notes: Sequence[tuple[int | None, str]]
    pauses: Sequence[tuple[int, str]]
    entries: Sequence[str]


def mould(life: Life, chronicle: Chronicle, *, with_journal: bool) -> Mould:
    """Take the rows of the life out of the chronicle, which holds nothing else."""
    places = {stage.pk: place for place, stage in enumerate(life.stages)}
    return Mould(
        life=life,
        case=_tail(life.case, CASE_OWN),
        stages=[_tail(stage, STAGE_OWN) for stage in life.stages],
        notes=[
            (places.get(note.stage_id) if note.stage_id else None, _tail(note, ("id", *NOTE_OWN)))
            for note in chronicle.notes
        ],
        pauses=[(places[pause.stage_id], _tail(pause, ("id", *PAUSE_OWN))) for pause in chronicle.pauses],
        entries=[_entry(row, places) for row in chronicle.entries] if with_journal else [],
    )


def columns(model: type[Model], own: Sequence[str]) -> list[str]:
    """The columns of a table in the order of its moulds: those of each cast first; other ids are left to the table."""
    return [*own, *(column for column in _columns(model) if column not in own and column != "id")]


def tables() -> Iterator[tuple[str, list[str]]]:
    """Every table that is cast, with its columns."""
    for model, own in ((Case, CASE_OWN), (CaseStage, STAGE_OWN), (CaseNote, NOTE_OWN), (StagePause, PAUSE_OWN)):
        yield model._meta.db_table, columns(model, own)
    yield "journal_entry", list(ENTRY_COLUMNS)


def cast_entry(entry: str, *, case_id: int, number: str, first_stage: int, customer_id: int | None) -> str:
    """A line of the journal about this cast."""
    line = entry.replace("\1C", str(case_id)).replace("\1N", number).replace("\1P", str(customer_id))
    while (at := line.find("\1S")) >= 0:
        end = line.index("\2", at)
        line = f"{line[:at]}{first_stage + int(line[at + 2 : end])}{line[end + 1 :]}"
    return line


def _columns(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.generated]


def _tail(row: Model, own: Sequence[str]) -> str:
    names = [
        f.attname for f in row._meta.concrete_fields if f.attname not in own and f.attname != "id" and not f.generated
    ]
    return "\t".join(_text(getattr(row, name)) for name in names) + "\n"


def _text(value: Any) -> str:
    """The value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return "{" + ",".join(_text(item) for item in value) + "}"
    return str(value).translate(_ESCAPES)


def _entry(row: tuple[Any, ...], places: dict[int, int]) -> str:
    event, facts, about, by_id, via, at = row
    marks = {"case_id": "\1C", "number": "\1N"}
    marked = {
        name: f"\1S{places[value]}\2" if name == "stage_id" else marks.get(name, value)
        for name, value in facts.obj.items()
    }
    text = json.dumps(marked, ensure_ascii=False).replace("\\u0001", "\1").replace("\\u0002", "\2")
    for mark in ('"\1C"', *(f'"\1S{place}\2"' for place in places.values())):
        text = text.replace(mark, mark.strip('"'))
    things = ["cases.Case:\1C", *(["customers.Customer:\1P"] if len(about) > 1 else [])]
    return "\t".join((event, text, "{" + ",".join(things) + "}", str(by_id), via, at.isoformat())) + "\n"
