"""A network in CSV: read in the spellings of office programs, refused row by row."""

from decimal import Decimal

import pytest

from opora.registry.grid.csv_file import read_csv
from opora.registry.grid.network import Container, Element, NetworkFaulty, UsagePointLink
from opora.registry.grid.stages import ContainerKind, ElementKind

CONTAINERS = (
    "mrid;kind;name;parent;voltage_kv;latitude;longitude;branch;district\n"
    "ps;SUBSTATION;ПС Северная;;10,5;45.1;39,0;01;\n"
)
ELEMENTS = "mrid;kind;name;nodes;normally_open;container\nS;SOURCE;;a;;ps\nQ;breaker;В-10;a b;1;ps\n"
POINTS = "number,element\nУП-1,Q\n"


def files(folder, *texts, encoding="utf-8"):
    paths = [folder / f"{number}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding=encoding)
    return paths


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_three_files_in_any_order_make_a_network(tmp_path, encoding):
    network = read_csv(files(tmp_path, POINTS, ELEMENTS, CONTAINERS, encoding=encoding))

    assert network.containers == [
        Container(mrid="ps", kind=ContainerKind.SUBSTATION, name="ПС Северная", voltage_kv=Decimal("10.500"),
                  position=(45.1, 39.0), branch="01")
    ]  # fmt: skip
    assert network.elements == [
        Element(mrid="S", kind=ElementKind.SOURCE, name="S", nodes=("a",), container="ps"),
        Element(mrid="Q", kind=ElementKind.BREAKER, name="В-10", nodes=("a", "b"), normally_open=True, container="ps"),
    ]
    assert network.usage_points == [UsagePointLink(number="УП-1", element="Q")]


def test_every_fault_is_told_with_its_place(tmp_path):
    wrong = (
        "mrid;kind;name;nodes;open;latitude;longitude\n"
        ";BREAKER;x;a;;;\n"
        "y;RELAY;y;a;может быть;95;39\n"
        "\n"
        "z;FUSE;z;a;;север;39\n"
    )
    with pytest.raises(NetworkFaulty) as refusal:
        read_csv(files(tmp_path, wrong, "mrid;title\n1;2\n"))

    told = [fault["message"] for fault in refusal.value.faults]
    assert told[0] == "0.csv, строка 2, mrid: не заполнено"
    assert told[1].startswith("0.csv, строка 3, kind: «RELAY» — нет среди SOURCE, ")
    assert told[2:5] == [
        "0.csv, строка 3, open: «может быть» — не 1 и не 0",
        "0.csv, строка 3, latitude: «95.0 39.0» — не на Земле",
        "0.csv, строка 5, latitude: «север» — не число",
    ]
    assert told[5].startswith("1.csv: по заголовкам это не ")


def test_a_reference_to_nothing_and_a_file_without_elements_are_refused(tmp_path):
    with pytest.raises(NetworkFaulty, match=r"«В-10» \(Q\) ссылается на ps, которого нет в сети"):
        read_csv(files(tmp_path, ELEMENTS))
    with pytest.raises(NetworkFaulty, match="Элементов нет"):
        read_csv(files(tmp_path, CONTAINERS))
