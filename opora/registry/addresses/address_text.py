"""Free addresses taken apart: words that name, types of what they name, the house, the flat.

No part has to be there, and the order is free; what an address says is compared, not how it says it.
"""

import re
from dataclasses import dataclass, field

from opora.registry.addresses.house_numbers import ADDITION, NUMBER, HouseNumber, house_number, lowered, unglued

#: Types of objects: how they are written → one name of each. Words that are names as often as types stay words.
_SPELLINGS = {
    "обл": "обл область",
    "край": "край",
    "респ": "респ республика",
    "ао": "ао а.окр округ",
    "р-н": "р-н район м.р-н мр рн",
    "го": "г.о го м.о мо с.п сп г.п гп с/с с/п с/о поселение",
    "г": "г город гор г-к",
    "пгт": "пгт рп кп дп гп",
    "п": "п пос поселок посёлок",
    "с": "с село",
    "д": "д дер деревня",
    "ст-ца": "ст-ца ст станица",
    "х": "х хут хутор",
    "аул": "аул а",
    "мкр": "мкр микрорайон мкрн мкн м-н мрн",
    "кв-л": "кв-л квартал",
    "тер": "тер территория",
    "снт": "снт с/т дснт садоводческое днт дпк днп онт тсн сот гск",
    "ул": "ул улица у",
    "пер": "пер переулок пер-к",
    "пр-кт": "пр-кт проспект просп пр-т прт прк пр",
    "пр-д": "пр-д проезд прд",
    "б-р": "б-р бульвар бул бр",
    "ш": "ш шоссе",
    "наб": "наб",
    "пл": "пл",
    "туп": "туп тупик",
    "ал": "ал",
    "дор": "дор",
    "лн": "лн",
}
TYPES = {spelling: kind for kind, spellings in _SPELLINGS.items() for spelling in spellings.split()}
STREET_TYPES = frozenset(("ул", "пер", "пр-кт", "пр-д", "б-р", "ш", "наб", "пл", "туп", "ал", "дор", "лн"))

#: Words that are there as often as not: «ул. им. Тургенева».
_IDLE = frozenset(("им", "имени", "россия", "рф", "российская", "федерация"))

_NUMBERED_HOUSE = rf"(?![а-яa-z])\.?\s*(?:№\s*)?({NUMBER}(?:[\s,/]*{ADDITION})*)"
_HOUSE = re.compile(
    r"(?<![а-яa-z0-9/-])(?:дом|д|здание|зд|владение|влд|вл|домовладение|двлд|участок|уч-к|уч|котельная|кот|гараж|г-ж)"
    rf"{_NUMBERED_HOUSE}"
)
#: A structure with a number of its own, where no house is named: with one, it is a part of that house's number.
_STRUCTURE = re.compile(rf"(?<![а-яa-z0-9/-])(?:строение|стр|сооружение|соор){_NUMBERED_HOUSE}")
_AFTER_NUMBER = re.compile(r"\d[а-я]?[\s,/]*$")
_FLAT = re.compile(
    r"(?<![а-яa-z0-9/-])(?:квартира|кв-ра|кв|офис|оф|помещение|пом|комната|комн|ком|бокс)(?![а-яa-z])\.?\s*(?:№\s*)?"
    r"(\d+[а-я]?(?:[/-]\d+)?|[ivx]+(?![a-z]))"
)
_POSTCODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
_BARE = re.compile(rf"({NUMBER}(?:[\s,/]*{ADDITION})*)(?:\s?-\s?(\d+))?")
_LAST = re.compile(rf"(?<![0-9а-яa-z/-])({NUMBER}(?:[\s,/]*{ADDITION})*)(?:-(\d+))?$")
_ORDINAL = re.compile(r"(?<=\d)-?(?:я|й|ая|ый|ой|го|ий|ое|е)(?![а-я0-9])")
_NUMBERED = re.compile(r"(?<![а-я])(?:мкр|мкрн|мкн|микрорайон|м-н|кв-л|квартал|линия|лн|проезд|пр-д|км)\.?\s*№?\s*$")
_TOKEN = re.compile(r"[0-9a-zа-я]+(?:[-/.][0-9a-zа-я]+)*")
_PART = re.compile(r"[0-9a-zа-я]+")
_QUOTES = str.maketrans(dict.fromkeys("\"'«»“”„`", " "))


@dataclass(frozen=True)
class AddressText:
    """What a free address says."""

    words: tuple[str, ...] = ()
    types: frozenset[str] = field(default_factory=frozenset)
    house: HouseNumber | None = None
    flat: str = ""
    postcode: str = ""

    @property
    def place(self) -> str:
        """What is said of the street and above it: equal for all houses of a street that are written alike."""
        return " ".join((*self.words, *sorted(f"({kind})" for kind in self.types)))


def take_apart(text: str) -> AddressText:
    """Read a free address. Never fails: of what is no address, the words remain."""
    rest = unglued(lowered(text.translate(_QUOTES)))
    rest, postcode = _cut(_POSTCODE, rest)
    rest = re.sub(r"\([^)]*\)", " ", rest) if _PART.search(re.sub(r"\([^)]*\)", " ", rest)) else rest
    rest, flat = _cut(_FLAT, rest)
    rest, house = _cut(_HOUSE, rest)
    if not house and (alone := _STRUCTURE.search(rest)) and not _AFTER_NUMBER.search(rest[: alone.start()]):
        rest, house = _cut(_STRUCTURE, rest)
    if not house:
        rest, house, of_house = _bare_house(rest)
        flat = flat or of_house
    words, types = _words(rest)
    return AddressText(tuple(words), frozenset(types), house_number(house) if house else None, flat, postcode)


def name_words(name: str) -> list[str]:
    """The words by which an object of the register is told, each once: idle ones, types, single letters left out."""
    found = list(dict.fromkeys(_PART.findall(_ORDINAL.sub("", lowered(name)))))
    idle = _IDLE | TYPES.keys()
    telling = [word for word in found if word not in idle and (len(word) > 1 or word.isdecimal())]
    return telling or found


def type_of(short: str) -> str:
    """The type of an object of the register under one name: «ул», «ул.» and «улица» are the same."""
    bare = short.lower().replace("ё", "е").rstrip(".")
    return TYPES.get(bare) or TYPES.get(bare.split()[-1] if bare else "", bare)


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take the last thing of its kind out of the text, leaving a comma."""
    if not (hits := list(pattern.finditer(text))):
        return text, ""
    found = hits[-1]
    return f"{text[: found.start()]},{text[found.end() :]}", found[found.lastindex or 0].strip()


def _bare_house(text: str) -> tuple[str, str, str]:
    """A number without the word «дом»: a part between commas of its own, else at the very end after other words."""
    segments = [segment.strip(" .") for segment in text.split(",")]
    for place in range(len(segments) - 1, 0, -1):
        if found := _BARE.fullmatch(segments[place].strip("№ ")):
            left = segments[:place] + segments[place + 1 :]
            return ",".join(left), found[1], found[2] or ""
    whole = text.rstrip(" .,")
    found = _LAST.search(whole)
    if found and _PART.search(whole[: found.start()]) and not _NUMBERED.search(whole[: found.start()]):
        return whole[: found.start()], found[1], found[2] or ""
    return text, "", ""


def _words(text: str) -> tuple[list[str], list[str]]:
    words: list[str] = []
    types: list[str] = []
    for token in _TOKEN.findall(_ORDINAL.sub("", text)):
        for piece in [token] if token in TYPES else _PART.findall(token):
            if piece in TYPES:
                types.append(TYPES[piece])
            elif len(piece) > 1 or piece.isdecimal():
                words.append(piece)
    return [word for word in dict.fromkeys(words) if word not in _IDLE], types
