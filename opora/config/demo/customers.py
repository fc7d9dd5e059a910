"""Customers of the demo region, as rows for COPY: a stream, so a million takes no more memory than a thousand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from opora.config.demo import requisites
from opora.config.demo.addresses import house_id
from opora.config.demo.names import company, latin, person
from opora.config.demo.region import STREETS
from opora.config.demo.structure import Territory
from opora.platform.names import sort_key

#: Of each hundred thousand customers: people first, then firms by group.
_GROUPS = {
    "POPULATION": 95_000,
    "ENTITIES": 4_200,
    "SOCIAL": 400,
    "LARGE": 200,
    "CONTRACTORS": 150,
    "GRIDS": 35,
    "SALES": 15,
}
_FORMS = {
    "ENTITIES": ("ООО «{}»", "АО «{}»", "ООО «{}-Юг»", "ООО ТД «{}»"),
    "SOCIAL": ("МБОУ СОШ № {n}", "МБДОУ детский сад № {n}", "ГБУЗ «Районная больница № {n}»", "МУП «{}»"),
    "LARGE": ("АО «Завод «{}»", "ПАО «{}»", "АО «Комбинат «{}»"),
    "CONTRACTORS": ("ООО «{}-Энергострой»", "ООО «{}-Монтаж»", "ООО «СтройЭлектро {}»"),
    "GRIDS": ("АО «{}-Электросети»", "МУП «Горэлектросеть {}»", "ООО «{}-Сеть»"),
    "SALES": ("АО «{}-Энергосбыт»", "ООО «{}-Сбыт»"),
}
_PAYERS = (
    ("PROMPT", 82, ("Оплачивает до срока", "Нет просрочек за 12 месяцев")),
    ("LATE", 12, ("Оплата с задержкой до 30 дней", "Две просрочки за год")),
    ("DEBTOR", 6, ("Долг более двух периодов", "Вручено уведомление об ограничении", "Долг взыскивается через суд")),
)
_REGION = {"04": "Республика Адыгея"}
_SUPPLIERS = ("АО «Кубань-Энергосбыт»", "ООО «Южный Сбыт»")
#: One usage point in so many came from an old system, whose addresses nobody has matched with the register yet.
_FROM_OLD_PAPERS = 150
_CONTACTS = ("главный инженер", "главный энергетик", "энергетик", "директор", "завхоз")

TABLES: Mapping[str, Sequence[str]] = {
    "customers_customer": (
        "id", "kind", "group_id", "branch_ids", "name", "last_name", "first_name", "middle_name", "short_name",
        "name_key", "inn", "kpp", "ogrn", "snils", "region", "balance", "overdue", "payment_class", "payment_reason",
        "payment_as_of", "version", "created_at",
    ),
    "customers_contactpoint": ("customer_id", "kind", "value", "is_primary", "note"),
    "customers_contactperson": ("customer_id", "name", "position", "phone", "email"),
    "customers_customeraddress": ("customer_id", "kind", "text"),
    "customers_usagepoint": (
        "id", "number", "customer_id", "branch_id", "district_id", "account", "address", "gar_id", "voltage",
        "max_power", "reliability_category", "meter", "supplier", "version",
    ),
    "customers_agreement": ("customer_id", "usage_point_id", "number", "kind", "signed_on", "ends_on"),
}  # fmt: skip

Rows = dict[str, list[tuple[Any, ...]]]


class Party(NamedTuple):
    """What a contact of this customer needs to know of him."""

    id: int
    group: str
    territory: int
    name: str
    phone: str
    email: str
    usage_point_id: int
    address: str
    account: str
    meter: str


@dataclass
class CustomerStream:
    """Invents customers one after another, and their rows.

    :param first_id: of customers; the ids after it must be free, as must those of usage points from `first_point`.
    """

    random: Random
    territories: Sequence[Territory]
    groups: Mapping[str, int]
    today: date
    first_id: int = 1
    first_point: int = 1
    points: int = field(init=False, default=0)
    last_phone: str = field(init=False, default="")

    def batches(self, count: int, *, size: int) -> Iterator[tuple[list[Party], Rows]]:
        """So many customers, in batches of rows by table, in the order in which the tables depend on each other."""
        weights = list(accumulate(territory.weight for territory in self.territories))
        group_weights = list(accumulate(_GROUPS.values()))
        self.created_at = datetime.combine(self.today - timedelta(days=900), time(9), UTC)
        self.as_of = self.today.replace(day=1)
        for start in range(0, count, size):
            many = min(size, count - start)
            places = self.random.choices(range(len(weights)), cum_weights=weights, k=many)
            groups = self.random.choices(list(_GROUPS), cum_weights=group_weights, k=many)
            rows: Rows = {table: [] for table in TABLES}
            parties = [
                self._person(rows, number, place) if group == "POPULATION" else self._firm(rows, number, group, place)
                for number, place, group in zip(range(start, start + many), places, groups, strict=True)
            ]
            yield parties, rows

    def _person(self, rows: Rows, number: int, place: int) -> Party:
        random, territory, customer_id = self.random, self.territories[place], self.first_id + number
        name = person(random)
        full = f"{name.last_name} {name.first_name} {name.middle_name}"
        chance = random.random()
        inn = requisites.person_inn(requisites.OFFICES[number % 6], number) if chance < 0.3 else ""
        snils = requisites.snils(number * 7) if chance > 0.7 else ""
        names = (full, name.last_name, name.first_name, name.middle_name, "")
        rows["customers_customer"].append(
            self._customer(customer_id, "INDIVIDUAL", "POPULATION", territory, names, (inn, "", "", snils))
        )
        # One in twelve shares the number of the one before him: a family.
        phone = self.last_phone if self.last_phone and number % 12 == 7 else f"+79{number:09d}"
        self.last_phone = phone
        email = f"{latin(name.last_name)}.{number}@example.org" if random.random() < 0.4 else ""
        self._contacts(rows, customer_id, phone, email)
        address = self._address(territory, flat=random.random() < 0.45)
        party = self._point(
            rows, customer_id, number, territory, address, voltage="NN", power=random.choice((5, 7, 15))
        )
        if number % 20 == 3:  # a house, and something beside it
            for thing in random.sample(("гараж", "дача", "магазин", "хозпостройка"), random.randint(1, 3)):
                other = f"{self._address(territory, flat=False)} ({thing})"
                self._point(rows, customer_id, number, territory, other, voltage="NN", power=5)
        if random.random() < 0.2:
            rows["customers_customeraddress"].append((customer_id, "REGISTERED", address))
        if random.random() < 0.3:
            self._agreement(rows, customer_id, party[0], number, "CONNECTION", territory)
        return Party(customer_id, "POPULATION", place, full, phone, email, *party)

    def _firm(self, rows: Rows, number: int, group: str, place: int) -> Party:
        random, territory, customer_id = self.random, self.territories[place], self.first_id + number
        office, phone = requisites.OFFICES[number % 6], f"+79{number:09d}"
        head = person(random)
        full = f"{head.last_name} {head.first_name} {head.middle_name}"
        if group == "ENTITIES" and random.random() < 0.3:
            kind, title = "SOLE_PROPRIETOR", full
            names = (full, head.last_name, head.first_name, head.middle_name, f"ИП {head.last_name}")
            papers = (requisites.person_inn(office, 500_000 + number), "", requisites.proprietor_ogrn(random), "")
        else:
            kind = "LEGAL_ENTITY"
            title = random.choice(_FORMS[group]).format(company(random), n=1 + number % 90)
            names = (title, "", "", "", title[:150])
            # The KPP tells apart firms whose INN came out the same.
            kpp = f"{office}01{1 + number // 100_000:03d}"
            papers = (requisites.entity_inn(office, number), kpp, requisites.entity_ogrn(random), "")
        rows["customers_customer"].append(self._customer(customer_id, kind, group, territory, names, papers))
        email = f"energo.{number}@example.org"
        self._contacts(rows, customer_id, phone, email)
        rows["customers_contactperson"].append(
            (customer_id, full, random.choice(_CONTACTS), f"+7900{5_000_000 + number}", email)
        )
        address = self._address(territory, flat=False)
        large = group in ("LARGE", "GRIDS", "SALES")
        voltage = random.choice(("SN1", "VN", "SN2")) if large else random.choice(("NN", "NN", "SN2"))
        power = random.choice((750, 1200, 3200, 8000)) if large else random.choice((15, 50, 100, 150, 250))
        party = self._point(rows, customer_id, number, territory, address, voltage=voltage, power=power)
        for _ in range(random.choice((0, 0, 1, 3)) + 2 * large):
            other = self._address(territory, flat=False)
            self._point(rows, customer_id, number, territory, other, voltage=voltage, power=power)
        rows["customers_customeraddress"].append((customer_id, "REGISTERED", address))
        self._agreement(rows, customer_id, party[0], number, "TRANSMISSION" if large else "SUPPLY", territory)
        return Party(customer_id, group, place, title, phone, email, *party)

    def _customer(
        self,
        customer_id: int,
        kind: str,
        group: str,
        territory: Territory,
        names: tuple[str, str, str, str, str],
        papers: tuple[str, str, str, str],
    ) -> tuple[Any, ...]:
        random = self.random
        pays, _weight, reasons = random.choices(_PAYERS, cum_weights=(82, 94, 100))[0]
        scale = 1 if kind == "INDIVIDUAL" else 40
        overdue = "0" if pays == "PROMPT" else f"{scale * random.randint(300, 9000)}.{random.randrange(100):02d}"
        balance = f"{scale * random.randint(0, 900)}.00" if pays == "PROMPT" else f"-{overdue}"
        return (
            customer_id, kind, self.groups[group], [territory.branch_id], *names, sort_key(names[0]), *papers,
            _REGION.get(territory.branch_code, "Краснодарский край"), balance, overdue, pays, random.choice(reasons),
            self.as_of, 1, self.created_at,
        )  # fmt: skip

    def _contacts(self, rows: Rows, customer_id: int, phone: str, email: str) -> None:
        rows["customers_contactpoint"].append((customer_id, "PHONE", phone, True, ""))
        if email:
            rows["customers_contactpoint"].append((customer_id, "EMAIL", email, True, ""))

    def _point(
        self, rows: Rows, customer_id: int, number: int, territory: Territory, address: str, *, voltage: str, power: int
    ) -> tuple[int, str, str, str]:
        """A usage point; return its id, address, account and meter."""
        self.points += 1
        point_id = self.first_point + self.points - 1
        branch = territory.branch_code
        account = f"{branch}{territory.district_number:02d}{self.points:08d}"
        meter = f"{11 + self.points % 29}{(self.points * 7_919) % 10_000_000:07d}"
        category = "III" if voltage == "NN" else ("II" if power < 3000 else "I")
        gar_id: UUID | None = house_id(address)
        written = address
        if self.points % _FROM_OLD_PAPERS == 5:
            written, gar_id = _as_old_papers_say(address, self.points // _FROM_OLD_PAPERS), None
        rows["customers_usagepoint"].append(
            (
                point_id, f"23{branch}{self.points:08d}", customer_id, territory.branch_id, territory.district_id,
                account, written, gar_id, voltage, power, category, meter, _SUPPLIERS[number % 7 == 0], 1,
            )
        )  # fmt: skip
        return point_id, address, account, meter

    def _address(self, territory: Territory, *, flat: bool) -> str:
        random = self.random
        chance = random.random()
        places = territory.settlements
        place = places[0] if chance < 0.7 or len(places) == 1 else places[1 + int(chance * 100) % (len(places) - 1)]
        house = int(random.random() ** 2 * 140) + 1
        address = f"{place}, ул {STREETS[int(random.random() * len(STREETS))]}, д {house}"
        return f"{address}, кв {1 + int(chance * 997) % 120}" if flat else address

    def _agreement(
        self, rows: Rows, customer_id: int, point_id: int, number: int, kind: str, territory: Territory
    ) -> None:
        letters = {"CONNECTION": "ТП", "SUPPLY": "ЭС", "TRANSMISSION": "ПЭ"}[kind]
        signed_on = self.today - timedelta(days=30 + number * 37 % 3600)
        code = f"{territory.branch_code}-{letters}-{number:07d}/{signed_on:%y}"
        rows["customers_agreement"].append((customer_id, point_id, code, kind, signed_on, None))


def _as_old_papers_say(address: str, number: int) -> str:
    """The same address without the town, with a slip of the pen in it, or with a corpus that the register lacks."""
    place, street, rest = address.split(", ул ")[0], *address.split(", ул ")[1].split(", ", 1)
    return (
        f"ул {street}, {rest}",
        f"{place[:-2]}{place[-1]}{place[-2]}, ул. {street}, {rest}",
        f"{place} ул.{street} {rest.split(', ')[0]} корп 2",
    )[number % 3]
