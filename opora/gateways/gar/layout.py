"""The layout of a delivery: how its files are called and what their elements and attributes say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from opora.registry.addresses.transports import HouseRecord, ObjectRecord, PlaceRecord, Record, Version

#: `72/AS_HOUSES_20231030_8843bf87-….XML`
FILE_NAME = re.compile(r"AS_([A-Z_]+)_(\d{8})_[0-9A-Fa-f-]{36}\.XML", re.IGNORECASE)
REGION = re.compile(r"\d\d")

Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """A kind of file: the element of its records, and how one is read; kinds that are not needed are not read."""

    element: str
    read: Callable[[Attributes, int], Record | None] | None = None


def _version(given: Attributes) -> Version:
    return Version(
        object_id=int(given["OBJECTID"]),
        record_id=int(given["ID"]),
        valid_from=date.fromisoformat(given["STARTDATE"]),
        valid_to=date.fromisoformat(given["ENDDATE"]),
        updated_on=date.fromisoformat(given["UPDATEDATE"]),
        is_current=given.get("ISACTUAL", "1") == given["ISACTIVE"] == "1",
    )


def _object(given: Attributes, region: int) -> ObjectRecord:
    return ObjectRecord(
        _version(given), UUID(given["OBJECTGUID"]), region, int(given["LEVEL"]), given["TYPENAME"], given["NAME"]
    )


def _house(given: Attributes, region: int) -> HouseRecord:
    first, second = (
        (int(given.get(f"ADDTYPE{n}") or 0), given[f"ADDNUM{n}"]) if given.get(f"ADDNUM{n}") else None for n in (1, 2)
    )
    kind = int(given.get("HOUSETYPE") or 0)
    number = given.get("HOUSENUM", "")
    return HouseRecord(_version(given), UUID(given["OBJECTGUID"]), region, False, kind, number, first, second)


def _stead(given: Attributes, region: int) -> HouseRecord:
    return HouseRecord(_version(given), UUID(given["OBJECTGUID"]), region, True, 0, given.get("NUMBER", ""), None, None)


def _place(given: Attributes, municipal: bool) -> PlaceRecord | None:
    """Where an object stands now; of former places nothing is kept."""
    version = _version(given)
    if not version.is_current:
        return None
    path = tuple(int(step) for step in given["PATH"].split("."))
    if path[-1] != version.object_id:
        raise ValueError(given["PATH"])
    return PlaceRecord(version, municipal, path)


#: In the order in which they are read: what stands in something after it.
KINDS: Mapping[str, Kind] = {
    "ADDR_OBJ": Kind("OBJECT", _object),
    "HOUSES": Kind("HOUSE", _house),
    "STEADS": Kind("STEAD", _stead),
    "ADM_HIERARCHY": Kind("ITEM", lambda given, region: _place(given, municipal=False)),
    "MUN_HIERARCHY": Kind("ITEM", lambda given, region: _place(given, municipal=True)),
    "ADDR_OBJ_DIVISION": Kind("ITEM"),
    "ADDR_OBJ_PARAMS": Kind("PARAM"),
    "ADDR_OBJ_TYPES": Kind("ADDRESSOBJECTTYPE"),
    "ADDHOUSE_TYPES": Kind("HOUSETYPE"),
    "APARTMENTS": Kind("APARTMENT"),
    "APARTMENTS_PARAMS": Kind("PARAM"),
    "APARTMENT_TYPES": Kind("APARTMENTTYPE"),
    "CARPLACES": Kind("CARPLACE"),
    "CARPLACES_PARAMS": Kind("PARAM"),
    "CHANGE_HISTORY": Kind("ITEM"),
    "HOUSES_PARAMS": Kind("PARAM"),
    "HOUSE_TYPES": Kind("HOUSETYPE"),
    "NORMATIVE_DOCS": Kind("NORMDOC"),
    "NORMATIVE_DOCS_KINDS": Kind("NDOCKIND"),
    "NORMATIVE_DOCS_TYPES": Kind("NDOCTYPE"),
    "OBJECT_LEVELS": Kind("OBJECTLEVEL"),
    "OPERATION_TYPES": Kind("OPERATIONTYPE"),
    "PARAM_TYPES": Kind("PARAMTYPE"),
    "REESTR_OBJECTS": Kind("OBJECT"),
    "ROOMS": Kind("ROOM"),
    "ROOMS_PARAMS": Kind("PARAM"),
    "ROOM_TYPES": Kind("ROOMTYPE"),
    "STEADS_PARAMS": Kind("PARAM"),
}
