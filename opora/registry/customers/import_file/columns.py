"""The columns an imported file may have, and how their headings are recognised.

Headings are Russian because files are: they are data of the format, as the codes are, not texts of the interface.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.platform.names import sort_key
from opora.registry.customers.import_file.cells import Reader, amount, choice, day, emails, one_phone, phones, text

KINDS = {
    "физическое лицо": "INDIVIDUAL", "физ. лицо": "INDIVIDUAL", "ФЛ": "INDIVIDUAL", "население": "INDIVIDUAL",
    "гражданин": "INDIVIDUAL", "индивидуальный предприниматель": "SOLE_PROPRIETOR", "ИП": "SOLE_PROPRIETOR",
    "предприниматель": "SOLE_PROPRIETOR", "юридическое лицо": "LEGAL_ENTITY", "юр. лицо": "LEGAL_ENTITY",
    "ЮЛ": "LEGAL_ENTITY", "организация": "LEGAL_ENTITY",
}  # fmt: skip
VOLTAGES = {"НН": "NN", "СН2": "SN2", "СНII": "SN2", "СН1": "SN1", "СНI": "SN1", "ВН": "VN"}
RELIABILITY = {"1": "I", "2": "II", "3": "III", "первая": "I", "вторая": "II", "третья": "III"}
AGREEMENTS = {
    "передача": "TRANSMISSION", "услуги по передаче": "TRANSMISSION", "энергоснабжение": "SUPPLY",
    "купля-продажа": "SUPPLY", "поставка": "SUPPLY", "технологическое присоединение": "CONNECTION",
    "техприсоединение": "CONNECTION", "ТП": "CONNECTION", "услуги": "SERVICE", "платные услуги": "SERVICE",
    "дополнительные услуги": "SERVICE",
}  # fmt: skip
PAYMENT_CLASSES = {
    "платит вовремя": "PROMPT", "вовремя": "PROMPT", "своевременно": "PROMPT", "платит с опозданием": "LATE",
    "с опозданием": "LATE", "с задержкой": "LATE", "должник": "DEBTOR",
}  # fmt: skip

#: Whom a value describes: the row itself is found by its keys; the customer, the place where he is supplied, the rest.
Part = Literal["key", "customer", "place", "rest"]


@dataclass(frozen=True)
class Column:
    """A column: its code, its heading in our own files, other headings people use, and what a cell may hold."""

    code: str
    part: Part
    title: str
    read: Reader
    holds: str | Promise
    sample: str = ""
    synonyms: Sequence[str] = ()


COLUMNS: Sequence[Column] = (
    Column("external_id", "key", "Код", text(60), _("the customer's key in your system"), "КБ-000017",
           ("внешний код", "код контрагента", "код потребителя", "код клиента", "ид", "guid")),
    Column("usage_point", "key", "Точка поставки", text(30), _("number: the key of the usage point"), "2301000017",
           ("номер точки поставки", "№ точки поставки", "код точки поставки", "номер точки", "номер ту")),
    Column("kind", "customer", "Вид", choice(KINDS, "физ. лицо, ИП, юр. лицо"), "физ. лицо, ИП, юр. лицо",
           "физ. лицо", ("вид контрагента", "вид потребителя", "тип", "тип контрагента", "тип потребителя")),
    Column("group", "customer", "Группа", text(100), _("code or name of a group"), "Население",
           ("группа контрагентов", "группа потребителей")),
    Column("branch", "place", "Филиал", text(200), _("code or name of a branch"), "", ("код филиала",)),
    Column("name", "customer", "Наименование", text(300), _("name of the firm, or full name of the person"),
           "Иванова Анна Петровна", ("полное наименование", "фио", "ф. и. о.", "наименование контрагента",
                                     "потребитель", "контрагент", "абонент")),
    Column("last_name", "customer", "Фамилия", text(100), _("instead of the full name")),
    Column("first_name", "customer", "Имя", text(100), _("instead of the full name")),
    Column("middle_name", "customer", "Отчество", text(100), _("instead of the full name")),
    Column("short_name", "customer", "Краткое наименование", text(150), _("of a firm")),
    Column("inn", "customer", "ИНН", text(20), _("12 digits of a person, 10 of a firm"), "500100732259"),
    Column("kpp", "customer", "КПП", text(20), _("9 characters, of a firm only")),
    Column("ogrn", "customer", "ОГРН", text(20), _("13 digits, 15 of a sole proprietor"), "", ("огрнип",)),
    Column("snils", "customer", "СНИЛС", text(20), _("11 digits"), "112-233-445 95"),
    Column("region", "customer", "Регион", text(100), _("where the customer belongs"), "Краснодарский край",
           ("район", "субъект")),
    Column("phone", "rest", "Телефон", phones, _("any spelling; several after commas"), "8 (918) 123-45-67",
           ("телефоны", "номер телефона", "контактный телефон", "моб. телефон", "мобильный")),
    Column("email", "rest", "Эл. почта", emails, _("several after commas"), "ivanova@example.ru",
           ("e-mail", "электронная почта", "почта", "эл. адрес", "адрес эл. почты")),
    Column("registered_address", "customer", "Адрес регистрации", text(300), _("registered or legal address"), "",
           ("юридический адрес", "адрес прописки")),
    Column("postal_address", "customer", "Почтовый адрес", text(300), _("where letters go")),
    Column("contact_person", "rest", "Контактное лицо", text(200), _("whom to speak with")),
    Column("contact_position", "rest", "Должность контактного лица", text(200), _("his position"), "", ("должность",)),
    Column("contact_phone", "rest", "Телефон контактного лица", one_phone, _("his telephone")),
    Column("account", "place", "Лицевой счёт", text(30), _("account at the usage point"), "230100017001",
           ("л/с", "лс", "номер лицевого счета", "№ лицевого счета")),
    Column("address", "place", "Адрес", text(300), _("of the usage point"), "г. Краснодар, ул. Красная, д. 5, кв. 12",
           ("адрес точки поставки", "адрес объекта", "адрес потребления")),
    Column("district", "place", "РЭС", text(200), _("code or name of a district of the branch"), "", ("район сетей",)),
    Column("voltage", "place", "Уровень напряжения", choice(VOLTAGES, "НН, СН2, СН1, ВН"), "НН, СН2, СН1, ВН",
           "НН", ("напряжение",)),
    Column("max_power", "place", "Максимальная мощность", amount(digits=12, places=3, above=Decimal(0)), _("kW"),
           "15", ("мощность", "максимальная мощность, квт", "мощность, квт")),
    Column("reliability_category", "place", "Категория надёжности", choice(RELIABILITY, "I, II, III"), "I, II, III",
           "III", ("категория",)),
    Column("meter", "place", "Счётчик", text(30), _("number of the meter"), "0117255900123",
           ("прибор учёта", "номер счётчика", "№ счётчика", "номер прибора учёта", "номер пу", "пу")),
    Column("supplier", "place", "Поставщик", text(200), _("who sells the energy"), "",
           ("гарантирующий поставщик", "энергосбытовая компания", "сбыт")),
    Column("agreement", "rest", "Номер договора", text(60), _("number of an agreement"), "", ("договор", "№ договора")),
    Column("agreement_kind", "rest", "Вид договора",
           choice(AGREEMENTS, "передача, энергоснабжение, технологическое присоединение, услуги"),
           "передача, энергоснабжение, технологическое присоединение, услуги"),
    Column("signed_on", "rest", "Дата договора", day, "31.12.2026", "", ("дата заключения", "дата начала")),
    Column("ends_on", "rest", "Действует до", day, "31.12.2026", "", ("дата окончания", "окончание договора")),
    Column("balance", "customer", "Сальдо", amount(digits=14, places=2), _("roubles"), "-120,50",
           ("баланс", "остаток")),
    Column("overdue", "customer", "Просроченная задолженность", amount(digits=14, places=2, least=Decimal(0)),
           _("roubles"), "0", ("просрочка", "долг", "задолженность", "пдз")),
    Column("payment_class", "customer", "Платёжная дисциплина",
           choice(PAYMENT_CLASSES, "платит вовремя, платит с опозданием, должник"),
           "платит вовремя, платит с опозданием, должник", "платит вовремя", ("класс платёжной дисциплины",)),
    Column("payment_reason", "customer", "Основание класса", text(200), _("why the class"), "", ("причина класса",)),
    Column("payment_as_of", "customer", "Задолженность на дату", day, _("day of the figures; today when empty"), "",
           ("на дату", "дата сальдо")),
)  # fmt: skip

BY_CODE: Mapping[str, Column] = {column.code: column for column in COLUMNS}


@dataclass(frozen=True)
class Unknown:
    """A heading nobody has heard of, and the one it may have meant."""

    heading: str
    nearest: str


@dataclass(frozen=True)
class Headings:
    """How the first row of a file was understood."""

    #: Column of the base by its place in the file.
    columns: Mapping[int, Column]
    #: The headings as they stand in the file, by code of the column.
    titles: Mapping[str, str]
    unknown: Sequence[Unknown]
    #: Headings of columns that are there twice.
    repeated: Sequence[str]
    #: Columns that have to be there and are not.
    missing: Sequence[Column]


def recognise(headings: Sequence[str], *, has_group: bool, has_branch: bool) -> Headings:
    """Find for each heading its column, by code, by Russian heading or by synonym.

    :param has_group: a group for new customers was given beside the file; so was a branch by `has_branch`.
    """
    columns: dict[int, Column] = {}
    titles: dict[str, str] = {}
    unknown, repeated = [], []
    for place, heading in enumerate(headings):
        words = _plain(heading)
        if not words:
            continue
        column = _KNOWN.get(words)
        if column is None:
            near = get_close_matches(words, _KNOWN, n=1, cutoff=0.6)
            unknown.append(Unknown(heading.strip(), _KNOWN[near[0]].title if near else ""))
        elif column.code in titles:
            repeated.append(heading.strip())
        else:
            columns[place] = column
            titles[column.code] = heading.strip()
    return Headings(columns, titles, unknown, repeated, _missing(titles, has_group=has_group, has_branch=has_branch))


def _missing(titles: Mapping[str, str], *, has_group: bool, has_branch: bool) -> list[Column]:
    """A key always; and if the file says who the customers are, everything a new customer needs."""
    missing = []
    if "external_id" not in titles and "usage_point" not in titles:
        missing.append(BY_CODE["external_id"])
    named = "name" in titles or "last_name" in titles
    if named or "kind" in titles:
        there = {"kind": "kind" in titles, "name": named}
        there |= {"group": has_group or "group" in titles, "branch": has_branch or "branch" in titles}
        missing += [BY_CODE[code] for code, found in there.items() if not found]
    return missing


def _plain(heading: str) -> str:
    """Letters and figures in words: case, ё, dots, units' brackets and underscores do not matter."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in sort_key(heading)).split())


def _dictionary() -> dict[str, Column]:
    known = {}
    for column in COLUMNS:
        for heading in (column.code, column.title, *column.synonyms):
            known[_plain(heading)] = column
    return known


_KNOWN = _dictionary()
