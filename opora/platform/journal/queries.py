from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from opora.platform.journal.events import label_of
from opora.platform.journal.models import Entry


@dataclass(frozen=True)
class HistoryLine:
    """One line of a card's history."""

    at: datetime
    by: str
    via: str
    event: str
    label: str
    facts: dict[str, Any]


def history_of(thing: models.Model, *, limit: int = 100, reads: bool = False) -> Sequence[HistoryLine]:
    """What happened to the thing, newest first; looks at it only when `reads` is asked for."""
    entries = (
        Entry.objects.filter(about__contains=[f"{thing._meta.label}:{thing.pk}"])
        .select_related("by")
        .order_by("-at", "-pk")
    )
    if not reads:
        entries = entries.exclude(event="journal.PersonalDataRead")
    return [
        HistoryLine(
            at=e.at,
            by=e.by.get_full_name() or e.by.username,
            via=e.via,
            event=e.event,
            label=label_of(e.event),
            facts=e.facts,
        )
        for e in entries[:limit]
    ]
