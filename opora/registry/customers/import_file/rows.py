"""A row of an imported file: checked cell by cell, and put together into what the base is to hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from opora.platform.names import sort_key
from opora.registry.customers.import_file.cells import WrongCell
from opora.registry.customers.import_file.columns import Column, Headings
from opora.registry.customers.requisites import Requisites, WrongRequisite, checked
from opora.registry.customers.stages import CustomerKind

_REQUISITES = ("inn", "kpp", "ogrn", "snils")
_PERSON_PARTS = ("last_name", "first_name", "middle_name")
_NAMES = ("name", "name_key", *_PERSON_PARTS)
_LONGEST_PART = 100


@dataclass(frozen=True)
class Fault:
    """What is wrong in one cell, or in a whole row when `column` is empty."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Row:
    """A row fit for the base: its keys, and what it says of the customer, of the place and of the rest."""

    row: int
    external_id: str | None
    usage_point: str | None
    agreement: str | None
    customer: Mapping[str, Any]
    place: Mapping[str, Any]
    rest: Mapping[str, Any]


@dataclass(frozen=True)
class Catalogue:
    """What names in a file may mean: ids by code and by name (as `sort_key` gives them), and which ones are allowed."""

    groups: Mapping[str, int]
    branches: Mapping[str, int]
    #: Districts by branch and name.
    districts: Mapping[tuple[int, str], int]
    groups_allowed: frozenset[int]
    branches_allowed: frozenset[int]
    #: For customers whose row does not say.
    group: int | None = None
    branch: int | None = None
    #: The day of payment figures whose row does not say.
    today: str = ""


@dataclass
class RowReader:
    """Reads the rows of one file."""

    headings: Headings
    catalogue: Catalogue
    _order: list[tuple[int, Column]] = field(init=False)

    def __post_init__(self) -> None:
        self._order = list(self.headings.columns.items())

    def read(self, number: int, cells: Sequence[str]) -> Row | list[Fault]:
        """The row, or everything that is wrong in it."""
        said: dict[str, Any] = {}
        typed: dict[str, str] = {}
        faults: list[Fault] = []
        width = len(cells)
        for place, column in self._order:
            if place >= width or not (cell := " ".join(cells[place].split())):
                continue
            typed[column.code] = cell
            try:
                if not cell.isprintable():
                    raise WrongCell(_("There are invisible control characters: delete them."))
                said[column.code] = column.read(cell)
            except WrongCell as wrong:
                faults.append(self._fault(number, column.code, cell, str(wrong)))
        for code, reason in self._contradictions(said, typed):
            faults.append(self._fault(number, code, typed.get(code, ""), reason))
        return faults or self._row(number, said)

    def _fault(self, number: int, code: str, value: str, reason: str) -> Fault:
        return Fault(number, self.headings.titles.get(code, ""), value, reason)

    def _contradictions(self, said: dict[str, Any], typed: Mapping[str, str]) -> list[tuple[str, str]]:
        """What each cell alone does not show. Names of groups, branches and districts become ids on the way."""
        wrong: list[tuple[str, str]] = []
        if not typed.get("external_id") and not typed.get("usage_point"):
            code = "external_id" if "external_id" in self.headings.titles else "usage_point"
            wrong.append((code, _("Without a key the customer could be doubled: give the code or the usage point.")))
        wrong += self._places(said)
        wrong += _identity(said, typed)
        if not typed.get("usage_point"):
            for code in ("account", "address", "meter", "voltage", "max_power", "district"):
                if code in said:
                    wrong.append((code, _("It belongs to a usage point: give its number.")))
                    break
        if "agreement" in typed:
            for code in ("agreement_kind", "signed_on"):
                if code not in typed:
                    wrong.append((code, _("An agreement needs its kind and its date.")))
        if "signed_on" in said and said.get("ends_on", "9999") <= said["signed_on"]:
            wrong.append(("ends_on", _("The agreement ends before it begins.")))
        if "contact_person" not in typed and ("contact_phone" in typed or "contact_position" in typed):
            wrong.append(("contact_person", _("Give the name of the contact person.")))
        return wrong

    def _places(self, said: dict[str, Any]) -> list[tuple[str, str]]:
        catalogue, wrong = self.catalogue, []
        if "group" in said:
            group = catalogue.groups.get(sort_key(said["group"]))
            if group is None:
                wrong.append(("group", _("There is no such group.")))
            elif group not in catalogue.groups_allowed:
                wrong.append(("group", _("You may not put customers into this group.")))
            said["group"] = group
        if "branch" in said:
            branch = catalogue.branches.get(sort_key(said["branch"]))
            if branch is None:
                wrong.append(("branch", _("There is no such branch.")))
            elif branch not in catalogue.branches_allowed:
                wrong.append(("branch", _("You may not put customers into this branch.")))
            said["branch"] = branch
        if "district" in said:
            branch = said.get("branch") or catalogue.branch
            district = catalogue.districts.get((branch or 0, sort_key(said["district"])))
            if district is None and branch is not None:
                wrong.append(("district", _("There is no such district in the branch.")))
            elif branch is None:
                wrong.append(("district", _("To know the district, its branch is needed.")))
            said["district"] = district
        return wrong

    def _row(self, number: int, said: Mapping[str, Any]) -> Row:
        parts: dict[str, dict[str, Any]] = {"key": {}, "customer": {}, "place": {}, "rest": {}}
        for _place, column in self._order:
            if column.code in said:
                parts[column.part][column.code] = said[column.code]
        customer = parts["customer"] | {code: said[code] for code in _NAMES if code in said}
        if {"balance", "overdue", "payment_class"} & customer.keys():
            customer.setdefault("payment_as_of", self.catalogue.today)
        agreement = None
        if number_of_agreement := parts["rest"].pop("agreement", None):
            agreement = f"{said['agreement_kind']} {number_of_agreement}"
            parts["rest"]["agreement_number"] = number_of_agreement
        return Row(
            number, said.get("external_id"), said.get("usage_point"), agreement, customer, parts["place"], parts["rest"]
        )


def _identity(said: dict[str, Any], typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """Who the customer is: his kind, his name in the form of the kind, requisites that can belong to it."""
    own = [code for code in ("name", "last_name", "first_name", *_REQUISITES) if code in said]
    if "kind" not in said:
        return [("kind", _("Give the kind: without it names and requisites cannot be checked."))] if own else []
    kind, wrong = CustomerKind(said["kind"]), []
    if kind is CustomerKind.LEGAL_ENTITY:
        if "last_name" in said:
            wrong.append(("last_name", _("A firm has a name, not a last name.")))
        elif "name" not in said and "name" not in typed:
            wrong.append(("name", _("Give the name of the firm.")))
    else:
        _name_person(said)
        if "last_name" not in said and "name" not in typed:
            wrong.append(("name", _("Give the last name.")))
        if any(len(said.get(part, "")) > _LONGEST_PART for part in _PERSON_PARTS):
            wrong.append(("name", _("Longer than the name of a person can be.")))
    if "name" in said:
        said["name_key"] = sort_key(said["name"])
    for code in _REQUISITES:
        if code in said:
            try:
                said[code] = getattr(checked(kind, Requisites(**{code: said[code]})), code)
            except WrongRequisite as refusal:
                wrong.append((code, str(refusal)))
    return wrong


def _name_person(said: dict[str, Any]) -> None:
    """Last, first and middle name out of the full one, and the full one out of them: a name is said whole."""
    if "last_name" not in said and "name" in said:
        said |= zip(_PERSON_PARTS, said["name"].split(maxsplit=2), strict=False)
    if "last_name" in said:
        said |= {part: said.get(part, "") for part in _PERSON_PARTS}
        said["name"] = " ".join(said[part] for part in _PERSON_PARTS if said[part])
