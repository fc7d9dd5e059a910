"""Russian names in order and in search: lower case, ё as е."""

import re

_WORD = re.compile(r"[0-9a-zа-я]+(?:-[0-9a-zа-я]+)*")


def sort_key(name: str) -> str:
    """The key by which names are sorted and compared: the embedded PostgreSQL has no Russian collation."""
    return " ".join(name.lower().replace("ё", "е").split())


def words(text: str) -> list[str]:
    """The words of a text as the search compares them, in order, each once; a hyphenated one stays whole."""
    return list(dict.fromkeys(_WORD.findall(sort_key(text))))
