"""What people write and answer, from `texts.toml`."""

import tomllib
from pathlib import Path
from random import Random

_TEXTS = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))


def appeal(random: Random, topic: str, *, complaint: bool, **particulars: str) -> str:
    """The words of a contact."""
    texts = _TEXTS["topics"][topic]
    said = texts.get("complaints") if complaint else None
    return str(random.choice(said or texts["appeals"])).format(**particulars)


def answer(random: Random, topic: str) -> str:
    """The words of an answer."""
    return str(random.choice(_TEXTS["topics"][topic]["answers"]))


def note(random: Random, kind: str) -> str:
    """A note of a worker, or the reason of an action: `kind` is a NoteKind, "work" or "STAGE"."""
    return str(random.choice(_TEXTS["notes"][kind]))
