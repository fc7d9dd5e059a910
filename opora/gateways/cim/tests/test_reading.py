"""What is read from CIM files, in their many spellings, and what is refused."""

import zipfile
from decimal import Decimal

import pytest

from opora.gateways.cim.reading import read_cim
from opora.gateways.cim.tests import models
from opora.gateways.cim.tests.models import closed, document, equipment, feeder, nodes, state, written
from opora.registry.grid.naming import Names
from opora.registry.grid.network import NetworkFaulty
from opora.registry.grid.stages import ContainerKind, ElementKind
from opora.registry.grid.tracing import Tracer


def lost(network, *, open_=(), close=()):
    names = Names(network)
    effect = Tracer.of(network).effect_of(
        open_=[names.find(text) for text in open_], close=[names.find(text) for text in close]
    )
    return sorted(network.elements[i].name for i in effect.lost if network.elements[i].kind == ElementKind.CONSUMER)


def refused(*paths):
    with pytest.raises(NetworkFaulty) as refusal:
        read_cim(paths)
    return [fault["message"] for fault in refusal.value.faults]


def test_a_breaker_cuts_its_consumers_off_and_a_tie_feeds_them(tmp_path):
    network = read_cim(written(tmp_path, document(*feeder())))

    assert lost(network, open_=["Q1"]) == ["C1"]
    assert lost(network, open_=["Q1"], close=["T1"]) == []


@pytest.mark.parametrize(
    "namespace",
    [models.CIM100, models.CIM16, "http://iec.ch/TC57/2009/CIM-schema-cim14#", "http://ucaiug.org/any-future#"],
)
def test_any_version_of_the_namespace_is_read(tmp_path, namespace):
    network = read_cim(written(tmp_path, document(*feeder(), cim=namespace)))
    assert lost(network, open_=["Q1"]) == ["C1"]


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("utf-8-sig", "<?xml version='1.0' encoding='utf-8'?>"),
        ("utf-16", "<?xml version='1.0' encoding='utf-16'?>"),
        ("cp1251", "<?xml version='1.0' encoding='windows-1251'?>"),
    ],
)
def test_byte_order_marks_and_old_encodings_are_read(tmp_path, encoding, declaration):
    parts = feeder(consumer=equipment("EnergyConsumer", "Дом", "c"))
    network = read_cim(written(tmp_path, document(*parts, declaration=declaration), encoding=encoding))
    assert lost(network, open_=["Q1"]) == ["Дом"]


def test_objects_may_be_told_by_about_and_by_uuid_in_any_case(tmp_path):
    parts = [
        '<cim:ConnectivityNode rdf:about="urn:uuid:AAAAAAAA-0000-0000-0000-00000000000A"/>',
        '<cim:EnergySource rdf:about="http://model.example/net#_AAAAAAAA-0000-0000-0000-00000000000B"/>',
        '<cim:Terminal rdf:about="#_t1"><cim:Terminal.ConductingEquipment '
        'rdf:resource="#_aaaaaaaa-0000-0000-0000-00000000000b"/><cim:Terminal.ConnectivityNode '
        'rdf:resource="urn:uuid:aaaaaaaa-0000-0000-0000-00000000000a"/></cim:Terminal>',
    ]
    (element,) = read_cim(written(tmp_path, document(*parts))).elements
    assert element.mrid == "AAAAAAAA-0000-0000-0000-00000000000B"
    assert element.nodes == ("AAAAAAAA-0000-0000-0000-00000000000A",)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("profile", ["http://entsoe.eu/CIM/SteadyStateHypothesis/1/1", ""])
def test_the_state_file_overrides_the_equipment_file_in_any_order(tmp_path, order, profile):
    equipment_file = document(
        *feeder(
            tie=equipment(
                "LoadBreakSwitch", "T1", "c", "d", inside=closed(True) + "<cim:Switch.open>true</cim:Switch.open>"
            )
        )
    )
    state_file = document(
        state("LoadBreakSwitch", "T1", Switch_open="false"),
        state("Breaker", "Q1", Switch_open="true"),
        profile=profile,
    )
    files = written(tmp_path, equipment_file, state_file)

    network = read_cim([files[number] for number in order])

    by_name = {element.name: element for element in network.elements}
    assert (by_name["T1"].is_open, by_name["T1"].normally_open) == (False, True)
    assert (by_name["Q1"].is_open, by_name["Q1"].normally_open) == (True, False)
    assert lost(network, open_=["T1"]) == ["C1"]


def test_a_terminal_that_is_not_connected_joins_nothing(tmp_path):
    off = document(state("Terminal", "C1.1", ACDCTerminal_connected="false"))
    network = read_cim(written(tmp_path, document(*feeder()), off))
    assert {e.name: e.nodes for e in network.elements}["C1"] == ()
    assert lost(network, open_=["Q1"]) == []


def test_machines_and_injections_feed_only_where_nothing_better_does(tmp_path):
    machine = equipment("SynchronousMachine", "G1", "a")
    with_source = read_cim(written(tmp_path, document(*feeder(), equipment("EquivalentInjection", "E1", "d"))))
    without = read_cim(
        written(tmp_path, document(*feeder(source=machine, second=equipment("EquivalentInjection", "E1", "d"))))
    )
    assert [e.name for e in with_source.elements if e.kind == ElementKind.SOURCE] == ["S1", "S2"]
    assert [e.name for e in without.elements if e.kind == ElementKind.SOURCE] == ["G1", "E1"]


def test_windings_of_old_models_are_their_transformer(tmp_path):
    windings = "".join(
        equipment("TransformerWinding", f"W{number}", node,
                  inside='<cim:TransformerWinding.MemberOf_PowerTransformer rdf:resource="#_X1"/>')
        for number, node in enumerate("bc")
    )  # fmt: skip
    network = read_cim(written(tmp_path, document(*feeder(line=equipment("PowerTransformer", "X1") + windings))))
    assert lost(network, open_=["X1"]) == ["C1"]


def test_a_topology_profile_gives_the_nodes_of_a_bus_branch_model(tmp_path):
    def bare(class_name, name, count):
        text = equipment(class_name, name)
        return text + "".join(
            f'<cim:Terminal rdf:ID="_{name}.{n}">'
            f'<cim:Terminal.ConductingEquipment rdf:resource="#_{name}"/></cim:Terminal>'
            for n in range(1, count + 1)
        )

    def placed(name, node):
        return (
            f'<cim:Terminal rdf:about="#_{name}"><cim:Terminal.TopologicalNode rdf:resource="#_{node}"/></cim:Terminal>'
        )

    eq = document(bare("EnergySource", "S", 1), bare("ACLineSegment", "L", 2), bare("EnergyConsumer", "C", 1))
    tp = document(
        '<cim:TopologicalNode rdf:ID="_x"/><cim:TopologicalNode rdf:ID="_y"/>',
        placed("S.1", "x"), placed("L.1", "x"), placed("L.2", "y"), placed("C.1", "y"),
    )  # fmt: skip

    assert lost(read_cim(written(tmp_path, eq, tp)), open_=["L"]) == ["C"]
    assert refused(*written(tmp_path, eq)) == [
        "Ни один вывод не соединён с узлом: модель узлов и ветвей, а её топологии (профиль TP) нет."
    ]


def test_containers_voltages_and_places_are_read(tmp_path):
    parts = [
        '<cim:BaseVoltage rdf:ID="_bv">'
        "<cim:BaseVoltage.nominalVoltage>10000</cim:BaseVoltage.nominalVoltage></cim:BaseVoltage>",
        '<cim:Substation rdf:ID="_st"><cim:IdentifiedObject.name>ПС 1</cim:IdentifiedObject.name>'
        '<cim:PowerSystemResource.Location rdf:resource="#_loc"/></cim:Substation>',
        '<cim:VoltageLevel rdf:ID="_vl"><cim:VoltageLevel.Substation rdf:resource="#_st"/>'
        '<cim:VoltageLevel.BaseVoltage rdf:resource="#_bv"/></cim:VoltageLevel>',
        '<cim:PositionPoint rdf:ID="_p"><cim:PositionPoint.Location rdf:resource="#_loc"/>'
        "<cim:PositionPoint.xPosition>39.0</cim:PositionPoint.xPosition>"
        "<cim:PositionPoint.yPosition>45.03</cim:PositionPoint.yPosition></cim:PositionPoint>",
        '<cim:Location rdf:ID="_loc"/>',
    ]
    inside = '<cim:Equipment.EquipmentContainer rdf:resource="#_vl"/>'
    network = read_cim(
        written(tmp_path, document(*parts, *feeder(source=equipment("EnergySource", "S1", "a", inside=inside))))
    )
    station, level = network.containers
    assert (station.kind, station.name, station.position) == (ContainerKind.SUBSTATION, "ПС 1", (45.03, 39.0))
    assert (level.parent, level.voltage_kv) == ("st", Decimal("10.000"))
    assert (network.elements[0].container, network.elements[0].voltage_kv) == ("vl", Decimal("10.000"))


def test_an_archive_is_read_like_its_files(tmp_path):
    path = tmp_path / "model.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("eq.xml", document(*feeder()))
        archive.writestr("ssh.xml", document(state("Breaker", "Q1", Switch_open="true")))
    assert [e.is_open for e in read_cim([path]).elements if e.name == "Q1"] == [True]


def test_every_dangling_reference_is_named(tmp_path):
    parts = [
        *feeder(nodes=nodes("a", "b", "d"), consumer=""),
        '<cim:Terminal rdf:ID="_lonely"><cim:Terminal.ConductingEquipment rdf:resource="#_gone"/>'
        '<cim:Terminal.ConnectivityNode rdf:resource="#_a"/></cim:Terminal>',
        '<cim:UsagePoint rdf:ID="_up"><cim:IdentifiedObject.name>УП-1</cim:IdentifiedObject.name>'
        '<cim:UsagePoint.Equipments rdf:resource="#_away"/></cim:UsagePoint>',
    ]
    nowhere = "Terminal.ConnectivityNode ссылается на #_c, которого нет в модели."
    assert refused(*written(tmp_path, document(*parts))) == [
        f"Terminal «L1.2» (L1.2), ACLineSegment «L1» (L1): {nowhere}",
        f"Terminal «T1.1» (T1.1), LoadBreakSwitch «T1» (T1): {nowhere}",
        "Terminal «lonely» (lonely): Terminal.ConductingEquipment ссылается на #_gone, которого нет в модели.",
        "UsagePoint «УП-1» (up): UsagePoint.Equipments ссылается на #_away, которого нет в модели.",
    ]


def test_a_state_file_without_its_equipment_is_refused_by_name(tmp_path):
    alone = document(state("Terminal", "C1.1", ACDCTerminal_connected="true"))
    assert refused(*written(tmp_path, alone)) == [
        "Terminal «C1.1» (C1.1): не указано Terminal.ConductingEquipment.",
        "В модели нет оборудования с выводами.",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<rdf:RDF", "model0.xml — не правильный XML: строка 1, столбец 1: unclosed token."),
        ("<html/>", "model0.xml: это не модель CIM: начинается с <html>, а не с <rdf:RDF>"),
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "model0.xml: объявлен тип документа (DOCTYPE); такие файлы не читаются",
        ),
    ],
)
def test_what_is_no_model_is_refused(tmp_path, text, why):
    assert refused(*written(tmp_path, text)) == [why]


def test_an_object_of_two_classes_and_a_wrong_boolean_are_refused(tmp_path):
    twice = document(*feeder(), '<cim:Disconnector rdf:ID="_Q1"/>')
    assert refused(*written(tmp_path, twice)) == [
        "model0.xml: Breaker «Q1» (Q1) встречается ещё раз, как Disconnector."
    ]

    odd = document(
        *feeder(breaker=equipment("Breaker", "Q1", "a", "b", inside="<cim:Switch.open>maybe</cim:Switch.open>"))
    )
    assert refused(*written(tmp_path, odd)) == ["Breaker «Q1» (Q1): Switch.open — «maybe», не true и не false."]


def test_an_object_told_twice_in_one_file_is_refused_and_one_told_in_two_files_is_one(tmp_path):
    breaker = '<cim:Breaker rdf:ID="_Q1"><cim:IdentifiedObject.name>Q1</cim:IdentifiedObject.name></cim:Breaker>'
    assert refused(*written(tmp_path, document(*feeder(), breaker))) == [
        "model0.xml: Breaker «Q1» (Q1) встречается ещё раз, как Breaker."
    ]
    network = read_cim(written(tmp_path, document(*feeder()), document(breaker)))
    assert lost(network, open_=["Q1"]) == ["C1"]


def test_a_state_of_what_no_file_describes_is_refused_by_name(tmp_path):
    stray = document(
        state("Breaker", "gone", Switch_open="true"),
        state("EnergyConsumer", "away", EnergyConsumer_p="1"),
        profile="http://entsoe.eu/CIM/SteadyStateHypothesis/1/1",
    )
    assert refused(*written(tmp_path, document(*feeder()), stray)) == [
        "Breaker «gone» (gone): состояние задано, но ни в одном файле объект не описан.",
        "EnergyConsumer «away» (away): состояние задано, но ни в одном файле объект не описан.",
    ]


def test_a_container_of_an_unusual_class_is_a_container_still(tmp_path):
    unit = '<cim:PowerElectronicsUnit rdf:ID="_unit"/>'
    inside = '<cim:Equipment.EquipmentContainer rdf:resource="#_unit"/>'
    source = equipment("EnergySource", "S1", "a", inside=inside)
    network = read_cim(written(tmp_path, document(unit, *feeder(source=source))))
    assert [(c.mrid, c.kind) for c in network.containers] == [("unit", ContainerKind.OTHER)]


def test_a_described_state_without_a_profile_overrides_whatever_the_order(tmp_path):
    about = "<cim:Switch.open>{}</cim:Switch.open>"
    topology = document(*feeder(breaker=equipment("Breaker", "Q1", "a", "b", inside=about.format("false"), by="about")))
    told = document(equipment("Breaker", "Q1", inside=about.format("true"), by="about"))
    for order in ([topology, told], [told, topology]):
        assert [e.is_open for e in read_cim(written(tmp_path, *order)).elements if e.name == "Q1"] == [True]


def test_a_voltage_that_is_not_there_is_remarked_upon(tmp_path):
    inside = '<cim:ConductingEquipment.BaseVoltage rdf:resource="#_bv"/>'
    parts = feeder(
        source=equipment("EnergySource", "S1", "a", inside=inside), line=equipment("ACLineSegment", "L1", "b", "c")
    )
    assert read_cim(written(tmp_path, document(*parts))).warnings == [
        "#_bv нет в модели: на него ссылается 1 объект, первый — EnergySource «S1» (S1)."
    ]
    parts = feeder(
        source=equipment("EnergySource", "S1", "a", inside=inside),
        line=equipment("ACLineSegment", "L1", "b", "c", inside=inside),
    )
    assert read_cim(written(tmp_path, document(*parts))).warnings == [
        "#_bv нет в модели: на него ссылаются 2 объекта, первый — EnergySource «S1» (S1)."
    ]
