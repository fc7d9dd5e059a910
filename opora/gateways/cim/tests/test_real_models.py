"""Feeders of others with the answers that came with them; left out where the data is absent."""

import json

import pytest

from opora.gateways.cim.reading import read_cim
from opora.gateways.cim.tests.models import DATA
from opora.registry.grid.naming import Names
from opora.registry.grid.network import NetworkFaulty
from opora.registry.grid.stages import ElementKind
from opora.registry.grid.tracing import Tracer

EXPECTED = DATA / "cim" / "expected.json"
if not EXPECTED.exists():
    pytest.skip("the models of others are not beside this checkout", allow_module_level=True)
ANSWERS = json.loads(EXPECTED.read_text())


@pytest.fixture(scope="module", params=ANSWERS)
def model(request):
    answers = ANSWERS[request.param]
    network = read_cim([DATA / "cim" / name for name in answers["files"]])
    return network, Names(network), Tracer.of(network), answers


def consumers(network, elements, attribute="mrid"):
    return sorted(
        getattr(network.elements[i], attribute) for i in elements if network.elements[i].kind == ElementKind.CONSUMER
    )


def test_sources_and_consumers_are_those_of_the_answers(model):
    network, _names, tracer, answers = model
    assert [[e.class_name, e.name] for e in network.elements if e.kind == ElementKind.SOURCE] == answers["sources"]
    assert len(consumers(network, range(len(network.elements)))) == answers["consumers"]
    assert len(consumers(network, tracer.energised.nonzero()[0])) == answers["energised_in_normal_state"]


def test_every_case_loses_the_consumers_of_the_answers(model):
    network, names, tracer, answers = model
    for case in answers["cases"]:
        element = names.find(f"{case['open_class']}:{case['open_name']}")
        expected = sorted(case["deenergised_mrid"])
        assert names.find(case["open_mrid"].lower()) == names.find(f"_{case['open_mrid']}") == element
        assert consumers(network, tracer.lost_by_opening(element)) == expected
        assert consumers(network, tracer.change(open_=[element]).lost) == expected
        assert consumers(network, tracer.change(close=[element]).restored) == expected


def test_every_tie_restores_as_in_the_answers(model):
    network, names, tracer, answers = model
    for case in answers.get("restoration_cases", []):
        effect = tracer.effect_of(open_=[names.find(case["open"])], close=[names.find(case["close"])])
        assert consumers(network, effect.lost, "name") == sorted(case["still_deenergised"])


def test_every_single_outage_counts_as_in_the_answers(model):
    network, names, tracer, answers = model
    for name, count in answers["all_single_outage_counts"].items():
        assert len(consumers(network, tracer.lost_by_opening(names.find(name)))) == count, name


def test_a_bus_branch_model_without_its_topology_is_refused_with_the_reason():
    with pytest.raises(NetworkFaulty, match="TP"):
        read_cim(sorted((DATA / "cgmes" / "MicroGrid").glob("*.xml")))
