"""Small deliveries written for tests, and where the real sample lies."""

import os
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

ROOT = Path(__file__).resolve().parents[4]
REAL = Path(os.environ.get("OPORA_SHARED_DATA") or ROOT.parent / "shared" / "data") / "gar"

needs_real_delivery = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"left out: the sample of the register is not in {REAL}"
)

GUID = "8843bf87-c334-4411-ae45-81b575e2fa6f"


def guid(number):
    return UUID(int=number)


def obj(number, level, kind, name, *, record=None, start="2020-01-01", end="2079-06-06", updated=None, live="1"):
    return (
        f'<OBJECT ID="{record or number * 10}" OBJECTID="{number}" OBJECTGUID="{guid(number)}" CHANGEID="1" '
        f'NAME="{name}" TYPENAME="{kind}" LEVEL="{level}" OPERTYPEID="10" PREVID="0" NEXTID="0" '
        f'UPDATEDATE="{updated or start}" STARTDATE="{start}" ENDDATE="{end}" ISACTUAL="{live}" ISACTIVE="{live}"/>'
    )


def house(number, text, *, corpus="", start="2020-01-01", live="1", kind=2):
    added = f'ADDNUM1="{corpus}" ADDTYPE1="1" ' if corpus else ""
    return (
        f'<HOUSE ID="{number * 10}" OBJECTID="{number}" OBJECTGUID="{guid(number)}" CHANGEID="1" HOUSENUM="{text}" '
        f'{added}HOUSETYPE="{kind}" OPERTYPEID="10" PREVID="0" NEXTID="0" UPDATEDATE="{start}" STARTDATE="{start}" '
        f'ENDDATE="2079-06-06" ISACTUAL="{live}" ISACTIVE="{live}"/>'
    )


def place(*path):
    return (
        f'<ITEM ID="{path[-1] * 100}" OBJECTID="{path[-1]}" PARENTOBJID="{path[-2] if len(path) > 1 else 0}" '
        f'CHANGEID="1" PREVID="0" NEXTID="0" UPDATEDATE="2020-01-01" STARTDATE="2020-01-01" ENDDATE="2079-06-06" '
        f'ISACTIVE="1" PATH="{".".join(map(str, path))}"/>'
    )


def xml(root, *records):
    return f'<?xml version="1.0" encoding="utf-8"?>\n<{root}>{"".join(records)}</{root}>'


def write(folder, files, *, region="23", day="20240101"):
    """Write files by kind into the folder of a region."""
    target = folder / region
    target.mkdir(parents=True, exist_ok=True)
    for kind, content in files.items():
        content = content if isinstance(content, bytes) else content.encode()
        (target / f"AS_{kind}_{day}_{GUID}.XML").write_bytes(content)
    return folder


def zipped(folder, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.rglob("*"):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


#: Krasnodar with two streets and an alley, a village with one street of the same name.
TOWN = {
    "ADDR_OBJ": xml(
        "ADDRESSOBJECTS",
        obj(1, 1, "край", "Краснодарский"),
        obj(2, 5, "г.", "Краснодар"),
        obj(3, 8, "ул.", "Красная"),
        obj(4, 8, "ул.", "им. Тургенева", record=41, start="2021-05-01"),
        obj(4, 8, "ул.", "Коммунаров", record=40, end="2021-05-01", live="0"),
        obj(5, 8, "пер.", "Красный"),
        obj(6, 2, "р-н", "Динской"),
        obj(7, 6, "ст-ца", "Динская"),
        obj(8, 8, "ул.", "Красная"),
    ),
    "HOUSES": xml(
        "HOUSES",
        house(101, "12"),
        house(102, "12", corpus="1"),
        house(103, "12А"),
        house(104, "14/2"),
        house(105, "5"),
        house(106, "12"),
        house(107, "7", live="0"),
    ),
    "STEADS": xml(
        "STEADS",
        f'<STEAD ID="2010" OBJECTID="201" OBJECTGUID="{guid(201)}" CHANGEID="1" NUMBER="44" OPERTYPEID="10" PREVID="0" '
        'NEXTID="0" UPDATEDATE="2020-01-01" STARTDATE="2020-01-01" ENDDATE="2079-06-06" ISACTUAL="1" ISACTIVE="1"/>',
    ),
    "ADM_HIERARCHY": xml(
        "ITEMS",
        place(1), place(1, 2), place(1, 2, 3), place(1, 2, 4), place(1, 2, 5), place(1, 6), place(1, 6, 7),
        place(1, 6, 7, 8), place(1, 2, 3, 101), place(1, 2, 3, 102), place(1, 2, 3, 103), place(1, 2, 3, 104),
        place(1, 2, 4, 105), place(1, 6, 7, 8, 106), place(1, 2, 5, 201), place(1, 2, 3, 101, 900),
    ),
    "MUN_HIERARCHY": xml("ITEMS", place(1, 2, 3)),
}  # fmt: skip
