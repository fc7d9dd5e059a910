"""Names for people who do not exist, from `names.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

_LATIN = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeezijklmnoprstufye", strict=True)),
        **{"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "ъ": "", "ь": ""},
    }
)
_LISTS = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class PersonName:
    last_name: str
    first_name: str
    middle_name: str


def person(random: Random) -> PersonName:
    """A full name whose three parts agree in gender."""
    surname = random.choice(_LISTS["surnames"] if random.random() < 0.95 else _LISTS["undeclined"])
    father = random.choice(_LISTS["fathers"])
    if random.random() < 0.5:
        return PersonName(surname, random.choice(_LISTS["male"]), father)
    daughter = father.removesuffix("ич") + "на"
    return PersonName(_feminine(surname), random.choice(_LISTS["female"]), daughter)


def latin(text: str) -> str:
    """The text as it stands in an e-mail address or user name."""
    return text.lower().translate(_LATIN)


def company(random: Random) -> str:
    """The name of a firm, without its legal form."""
    return str(random.choice(_LISTS["companies"]))


def _feminine(surname: str) -> str:
    return surname if surname in _LISTS["undeclined"] else surname + "а"
