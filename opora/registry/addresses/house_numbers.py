"""Numbers of houses as people and the register write them, brought to one key: «д. 12А, корп. 1» and «12а/к1»."""

import re
from dataclasses import dataclass

#: Short names of types of houses, by their number in the register's file AS_HOUSE_TYPES.
HOUSE_TYPES = {
    1: "влд.", 2: "д.", 3: "двлд.", 4: "г-ж", 5: "зд.", 6: "шахта", 7: "стр.", 8: "соор.", 9: "литера", 10: "к.",
    11: "подв.", 12: "кот.", 13: "п-б", 14: "ОНС",
}  # fmt: skip
#: Of what is added to the number of a house: AS_ADDHOUSE_TYPES.
ADDED_TYPES = {1: "к.", 2: "стр.", 3: "соор.", 4: "литера"}

#: Latin letters that are typed for Cyrillic ones of the same look.
LOOKALIKES = str.maketrans("abcehkmoptxy", "авсенкмортху")

#: A number with what belongs to it: 12, 12а, 12-а, 12/1, 12а/2. A letter apart belongs to it unless it may be the
#: beginning of another word: к(орпус), с(троение), л(итера), г(ород), д(ом), п(омещение), м, т, х(утор).
NUMBER = (
    r"\d+(?:-?[а-я](?![а-я0-9]|\.?\s*\d)|\s-?\s?[абвежзинруфэя](?![а-я0-9]))?"
    r"(?:\s?[/\\]\s?\d*(?:[а-я](?![а-я0-9]))?)*"
)
#: Spellings of a corpus, a structure, a construction, a letter; each is followed by a number or a letter.
_ADDED = {
    "к": r"корпус|корп|крп|к",
    "стр": r"строение|строен|стр|с",
    "соор": r"сооружение|соор",
    "лит": r"литера|литер|лит|л",
}
ADDITION = (
    r"(?:корпус|корп|крп|к|строение|строен|стр|с|сооружение|соор|литера|литер|лит|л)"
    r"(?![а-я])\.?\s*(?:№\s*)?(?:\d+[а-я]?|[а-я])(?![а-я0-9])"
)
_EACH = re.compile(
    rf"({'|'.join(spellings for spellings in _ADDED.values())})(?![а-я])\.?\s*(?:№\s*)?(\d+[а-я]?|[а-я])(?![а-я0-9])"
)
_BASE = re.compile(NUMBER)
_KIND = {spelling: kind for kind, spellings in _ADDED.items() for spelling in spellings.split("|")}
_GLUED = re.compile(
    r"(?:(?<=\d)|(?<=\d[а-я])|(?<=\d[- ][а-я]))"
    r"(?=(?:корпус|корп|крп|к|строение|строен|стр|соор|литера|литер|лит)\.?\s*\d)"
)
_SIGNS = re.compile(r"[\s.№\"'«»]+")


@dataclass(frozen=True)
class HouseNumber:
    """The number itself and what is added to it, each (kind, number), in the order of kinds."""

    base: str
    added: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """What equal numbers have in common however they are written."""
        return " ".join([self.base, *(f"{kind}{number}" for kind, number in self.added)])

    @property
    def number(self) -> int:
        """The leading figures, for order and for finding neighbours; 0 where there are none."""
        found = re.match(r"\d{1,9}", self.base)
        return int(found[0]) if found else 0

    @property
    def with_fraction(self) -> str:
        """The key under which a corpus is written as a fraction, as many do: 12 к1 is 12/1."""
        return "/".join([self.base, *(number for kind, number in self.added if kind in ("к", "стр"))])


def lowered(text: str) -> str:
    """The text in the letters that are compared: lower case, ё as е, lookalikes of figures' neighbours in Cyrillic."""
    text = " ".join(text.lower().replace("ё", "е").split())
    return re.sub(r"(?<![a-z])(?<=\d)[\s-]?[abcehkmoptxy](?![a-z])", lambda hit: hit[0].translate(LOOKALIKES), text)


def unglued(text: str) -> str:
    """The text, lowered before, with a space before what is added to a number: «12ак1» is «12а к1»."""
    return _GLUED.sub(" ", text)


def house_number(text: str) -> HouseNumber | None:
    """Read the number of a house, without the word for it; None when there is nothing of the kind.

    What has no figures (б/н, «Дача») is a number too: its letters.
    """
    text = unglued(lowered(text).translate(LOOKALIKES).strip(" ,.№"))
    found = _BASE.match(text)
    if found is None:
        bare = _SIGNS.sub(" ", text).strip(" ,")
        return HouseNumber(bare[:60]) if bare else None
    added = {_KIND[word]: number for word, number in _EACH.findall(text, found.end())}
    return HouseNumber(_tight(found[0]), tuple((kind, added[kind]) for kind in _ADDED if kind in added))


def registered_number(
    number: str, *, first: tuple[int, str] | None = None, second: tuple[int, str] | None = None
) -> HouseNumber | None:
    """The number of a house as the register has it: the main one and two additions, each with its type."""
    pairs = [(ADDED_TYPES.get(kind, "к."), text) for kind, text in filter(None, (first, second)) if text]
    return house_number(" ".join([number, *(f"{word} {text}" for word, text in pairs)]))


def registered_label(
    kind: int, number: str, *, first: tuple[int, str] | None = None, second: tuple[int, str] | None = None
) -> str:
    """The number of a house as it stands in an address: «д. 12, к. 1»."""
    main = f"{HOUSE_TYPES.get(kind, 'д.')} {number}" if number else ""
    pairs = (f"{ADDED_TYPES.get(each, 'к.')} {text}" for each, text in filter(None, (first, second)) if text)
    return ", ".join(filter(None, [main, *pairs]))


def _tight(number: str) -> str:
    return re.sub(r"[\s-]", "", number.replace("\\", "/")).rstrip("/")
