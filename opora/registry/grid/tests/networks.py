"""A small network for tests: one substation, two feeders that a normally open tie joins, a consumer on each.

S1 ─ Q0 ─ [bus B] ┬ Q1 ─ L1 ─ node n1 ─ TP1 (transformer point) ─ C1
                  └ Q2 ─ L2 ─ node n2 ─ C2          tie T between n1 and n2
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from opora.registry.grid.network import Container, Element, Network, UsagePointLink
from opora.registry.grid.stages import ContainerKind, ElementKind

CONTAINERS = (
    Container(mrid="ps", kind=ContainerKind.SUBSTATION, name="ПС 35/10 Северная", position=(45.1, 39.0)),
    Container(mrid="f1", kind=ContainerKind.FEEDER, name="Ф-1", parent="ps"),
    Container(mrid="f2", kind=ContainerKind.FEEDER, name="Ф-2", parent="ps"),
    Container(mrid="tp1", kind=ContainerKind.TRANSFORMER_POINT, name="ТП-1", parent="f1", position=(45.2, 39.1)),
)


def element(mrid: str, kind: ElementKind, nodes: Sequence[str], container: str = "ps", **more: object) -> Element:
    return Element(
        mrid=mrid, kind=kind, name=mrid, nodes=tuple(nodes), container=container, voltage_kv=Decimal("10.000"), **more
    )


ELEMENTS = (
    element("S1", ElementKind.SOURCE, ["s"]),
    element("Q0", ElementKind.BREAKER, ["s", "b"]),
    element("B", ElementKind.BUS_SECTION, ["b"]),
    element("Q1", ElementKind.BREAKER, ["b", "q1"], "f1"),
    element("L1", ElementKind.LINE_SEGMENT, ["q1", "n1"], "f1"),
    element("TP1", ElementKind.TRANSFORMER, ["n1", "t1"], "tp1"),
    element("C1", ElementKind.CONSUMER, ["t1"], "tp1"),
    element("Q2", ElementKind.BREAKER, ["b", "q2"], "f2"),
    element("L2", ElementKind.LINE_SEGMENT, ["q2", "n2"], "f2"),
    element("C2", ElementKind.CONSUMER, ["n2"], "f2"),
    element("T", ElementKind.LOAD_SWITCH, ["n1", "n2"], "f1", normally_open=True),
)

NETWORK = Network(
    elements=ELEMENTS,
    containers=CONTAINERS,
    usage_points=(UsagePointLink(number="УП-1", element="C1"), UsagePointLink(number="УП-2", element="C2")),
)


def with_changed(mrid: str, **changes: object) -> Network:
    """The network with another value of one element; without the element when nothing is given."""
    elements = [
        replace(e, **changes) if e.mrid == mrid else e  # type: ignore[arg-type]
        for e in ELEMENTS
        if e.mrid != mrid or changes
    ]
    known = {e.mrid for e in elements}
    links = [link for link in NETWORK.usage_points if link.element in known]
    return replace(NETWORK, elements=elements, usage_points=links)
