"""From objects of CIM to a network: terminals join equipment to nodes; whatever dangles is refused by name."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opora.gateways.cim.model_file import Model, Thing, key_of, read_files
from opora.registry.grid.network import Container, Element, Network, NetworkFaulty, UsagePointLink, faults_of
from opora.registry.grid.stages import ContainerKind, ElementKind

ELEMENT_KINDS = {
    "EnergySource": ElementKind.SOURCE,
    "ExternalNetworkInjection": ElementKind.SOURCE,
    "SynchronousMachine": ElementKind.GENERATOR,
    "EquivalentInjection": ElementKind.GENERATOR,
    "AsynchronousMachine": ElementKind.GENERATOR,
    "PowerElectronicsConnection": ElementKind.GENERATOR,
    "BusbarSection": ElementKind.BUS_SECTION,
    "Breaker": ElementKind.BREAKER,
    "DisconnectingCircuitBreaker": ElementKind.BREAKER,
    "Recloser": ElementKind.RECLOSER,
    "Sectionaliser": ElementKind.SECTIONALISER,
    "LoadBreakSwitch": ElementKind.LOAD_SWITCH,
    "Disconnector": ElementKind.DISCONNECTOR,
    "GroundDisconnector": ElementKind.EARTHING_SWITCH,
    "Fuse": ElementKind.FUSE,
    "Switch": ElementKind.SWITCH,
    "ProtectedSwitch": ElementKind.SWITCH,
    "Jumper": ElementKind.SWITCH,
    "Cut": ElementKind.SWITCH,
    "ACLineSegment": ElementKind.LINE_SEGMENT,
    "EquivalentBranch": ElementKind.LINE_SEGMENT,
    "PowerTransformer": ElementKind.TRANSFORMER,
    "SeriesCompensator": ElementKind.COMPENSATOR,
    "LinearShuntCompensator": ElementKind.COMPENSATOR,
    "NonlinearShuntCompensator": ElementKind.COMPENSATOR,
    "ShuntCompensator": ElementKind.COMPENSATOR,
    "StaticVarCompensator": ElementKind.COMPENSATOR,
    "EnergyConsumer": ElementKind.CONSUMER,
    "ConformLoad": ElementKind.CONSUMER,
    "NonConformLoad": ElementKind.CONSUMER,
    "StationSupply": ElementKind.CONSUMER,
    "EquivalentLoad": ElementKind.CONSUMER,
    "CustomerLoad": ElementKind.CONSUMER,
}
#: Sources where a model has no EnergySource and no ExternalNetworkInjection.
SPARE_SOURCES = ("SynchronousMachine", "EquivalentInjection")

CONTAINER_KINDS = {
    "GeographicalRegion": ContainerKind.REGION,
    "SubGeographicalRegion": ContainerKind.REGION,
    "Substation": ContainerKind.SUBSTATION,
    "VoltageLevel": ContainerKind.VOLTAGE_LEVEL,
    "Bay": ContainerKind.BAY,
    "Feeder": ContainerKind.FEEDER,
    "Line": ContainerKind.LINE,
    "Plant": ContainerKind.OTHER,
    "DCConverterUnit": ContainerKind.OTHER,
    "EquipmentContainer": ContainerKind.OTHER,
}
_PARENTS = (
    "Bay.VoltageLevel",
    "Bay.Substation",
    "VoltageLevel.Substation",
    "Feeder.NormalEnergizingSubstation",
    "Line.Region",
    "Substation.Region",
    "SubGeographicalRegion.Region",
)
_NODES = ("Terminal.ConnectivityNode", "Terminal.TopologicalNode")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def read_cim(paths: Iterable[Path]) -> Network:
    """Read a network from CIM XML files: the whole model in one, or its profiles (EQ, SSH, TP) in several.

    :raises NetworkFaulty: when a file cannot be read, or an object refers to what is not there.
    """
    return _Reading(read_files(paths)).network()


class _Reading:
    def __init__(self, model: Model) -> None:
        self.model = model
        self.faults = list(model.faults)
        self.warnings: list[str] = []
        self._bare_terminals = 0
        #: What is referred to and is not there, where the network is whole without it: by whom.
        self._unfound: dict[str, list[str]] = {}

    def network(self) -> Network:
        if self.faults:
            raise NetworkFaulty(self.faults)
        nodes = self._nodes_of_equipment()
        has_sources = any(ELEMENT_KINDS.get(thing.class_name) == ElementKind.SOURCE for thing in self._equipment(nodes))
        elements = [self._element(thing, nodes, has_sources=has_sources) for thing in self._equipment(nodes)]
        containers = self._containers()
        usage_points = self._usage_points()
        self._find_undescribed(nodes)
        if not elements:
            self.faults.append(_("There is no equipment with terminals in it."))
        elif not self.faults and not any(element.nodes for element in elements):
            self.faults.append(
                _("No terminal is joined to a node: the model is bus-branch, and its topology (profile TP) is missing.")
            )
        if self.faults:
            raise NetworkFaulty(self.faults)
        self._remark(elements)
        network = Network(elements=elements, containers=containers, usage_points=usage_points, warnings=self.warnings)
        if faults := faults_of(network):
            raise NetworkFaulty(faults)
        return network

    def _find_undescribed(self, nodes: dict[str, list[str]]) -> None:
        for key, thing in self.model.things.items():
            if thing.class_name in ELEMENT_KINDS and not thing.is_described and key not in nodes:
                self.faults.append(_("%s has a state, and no file describes it.") % thing.title)

    def _remark(self, elements: list[Element]) -> None:
        if self._bare_terminals:
            text = ngettext(
                "%d terminal is joined to no node: it is taken as not connected.",
                "%d terminals are joined to no node: they are taken as not connected.",
                self._bare_terminals,
            )
            self.warnings.append(text % self._bare_terminals)
        for reference, titles in self._unfound.items():
            text = ngettext(
                "%(reference)s is not in the model: %(count)d object refers to it, the first is %(title)s.",
                "%(reference)s is not in the model: %(count)d objects refer to it, the first is %(title)s.",
                len(titles),
            )
            self.warnings.append(text % {"reference": reference, "count": len(titles), "title": titles[0]})
        if not any(element.kind == ElementKind.SOURCE for element in elements):
            self.warnings.append(_("There is no source of supply: nothing is energised."))

    def _nodes_of_equipment(self) -> dict[str, list[str]]:
        """Follow terminals: the nodes of each equipment, by the key of the equipment."""
        found: dict[str, list[str]] = {}
        for terminal in self.model.of_class("Terminal"):
            equipment = self._required(terminal, "Terminal.ConductingEquipment")
            name = next((name for name in _NODES if terminal.first(name)), None)
            node = self._required(terminal, name) if name else None
            if equipment is None:
                continue
            if equipment.class_name == "TransformerWinding":  # CIM up to version 14
                equipment = self._required(equipment, "TransformerWinding.PowerTransformer") or equipment
            nodes = found.setdefault(key_of(equipment.id), [])
            if node is None:
                self._bare_terminals += 1
            elif self._boolean(terminal, "ACDCTerminal.connected", "Terminal.connected") is not False:
                nodes.append(node.mrid)
        return found

    def _equipment(self, nodes: dict[str, list[str]]) -> list[Thing]:
        return [
            thing
            for key, thing in self.model.things.items()
            if key in nodes or thing.class_name in ELEMENT_KINDS or "Switch.normalOpen" in thing.values
        ]

    def _element(self, thing: Thing, nodes: dict[str, list[str]], *, has_sources: bool) -> Element:
        kind = ELEMENT_KINDS.get(thing.class_name)
        if kind is None:
            is_switch = "Switch.normalOpen" in thing.values or "Switch.open" in thing.values
            kind = ElementKind.SWITCH if is_switch else ElementKind.OTHER
        if not has_sources and thing.class_name in SPARE_SOURCES:
            kind = ElementKind.SOURCE
        container = self._reference(thing, "Equipment.EquipmentContainer") or self._reference(
            thing, "Equipment.AdditionalEquipmentContainer"
        )
        return Element(
            mrid=thing.mrid,
            kind=kind,
            name=thing.name,
            nodes=tuple(dict.fromkeys(nodes.get(key_of(thing.id), ()))),
            normally_open=self._boolean(thing, "Switch.normalOpen") or False,
            open=self._boolean(thing, "Switch.open"),
            voltage_kv=self._voltage(thing, container),
            container=container.mrid if container else None,
            position=self._position(thing),
            class_name=thing.class_name,
        )

    def _containers(self) -> list[Container]:
        """Take what is a container by its class, or because something stands in it."""
        held = self.model.things.values()
        within = {
            key_of(reference)
            for thing in held
            for name in ("Equipment.EquipmentContainer", "Equipment.AdditionalEquipmentContainer", *_PARENTS)
            for reference in thing.values.get(name, ())
        }
        return [
            self._container(thing)
            for key, thing in self.model.things.items()
            if thing.class_name in CONTAINER_KINDS or (key in within and thing.is_described)
        ]

    def _container(self, thing: Thing) -> Container:
        parent = next((found for name in _PARENTS if (found := self._reference(thing, name))), None)
        return Container(
            mrid=thing.mrid,
            kind=CONTAINER_KINDS.get(thing.class_name, ContainerKind.OTHER),
            name=thing.name,
            parent=parent.mrid if parent else None,
            voltage_kv=self._nominal(self._wanted(thing, "VoltageLevel.BaseVoltage")),
            position=self._position(thing),
        )

    def _usage_points(self) -> list[UsagePointLink]:
        links = [
            UsagePointLink(number=point.name, element=equipment.mrid)
            for point in self.model.of_class("UsagePoint")
            for equipment in self._references(point, "UsagePoint.Equipments")
        ]
        for thing in list(self.model.things.values()):
            if "Equipment.UsagePoints" in thing.values:
                points = self._references(thing, "Equipment.UsagePoints")
                links += [UsagePointLink(number=point.name, element=thing.mrid) for point in points]
        return list(dict.fromkeys(links))

    def _required(self, thing: Thing, name: str) -> Thing | None:
        if thing.first(name) is None:
            self.faults.append(_("%(title)s: %(property)s is missing.") % {"title": thing.title, "property": name})
            return None
        return self._reference(thing, name)

    def _reference(self, thing: Thing, name: str) -> Thing | None:
        return next(iter(self._references(thing, name)), None)

    def _references(self, thing: Thing, name: str) -> list[Thing]:
        """Follow a property; what it refers to and is not there is a fault."""
        found = []
        for reference in thing.values.get(name, ()):
            other = self.model.get(reference)
            if other is None or not other.is_described:
                self.faults.append(
                    _("%(title)s: %(property)s refers to %(reference)s, which is not in the model.")
                    % {"title": self._title(thing), "property": name, "reference": reference}
                )
            else:
                found.append(other)
        return found

    def _wanted(self, thing: Thing, name: str) -> Thing | None:
        """Follow a property that the network can do without; what it refers to and is not there is remarked upon."""
        reference = thing.first(name)
        found = self.model.get(reference)
        if reference and found is None:
            self._unfound.setdefault(reference, []).append(thing.title)
        return found

    def _title(self, thing: Thing) -> str:
        """Call a terminal by its equipment too: nobody knows terminals by name."""
        equipment = self.model.get(thing.first("Terminal.ConductingEquipment"))
        return f"{thing.title}, {equipment.title}" if equipment and equipment.is_described else thing.title

    def _boolean(self, thing: Thing, *names: str) -> bool | None:
        text = thing.first(*names)
        if text is None:
            return None
        value = _BOOLEANS.get(text.lower())
        if value is None:
            self.faults.append(
                _("%(title)s: %(property)s is “%(value)s”, neither true nor false.")
                % {"title": thing.title, "property": names[0], "value": text}
            )
        return value

    def _voltage(self, thing: Thing, container: Thing | None) -> Decimal | None:
        base = self._wanted(thing, "ConductingEquipment.BaseVoltage")
        if base is None and container is not None:
            base = self.model.get(container.first("VoltageLevel.BaseVoltage"))
        return self._nominal(base)

    def _nominal(self, base: Thing | None) -> Decimal | None:
        value = _number(base.first("BaseVoltage.nominalVoltage")) if base else None
        if value is None:
            return None
        return (Decimal(value) / (1000 if self._in_volts else 1)).quantize(Decimal("0.001"))

    @cached_property
    def _in_volts(self) -> bool:
        """CIM gives voltages in kV, feeders exported for simulators in V: no grid has 1 200 kV and more."""
        values = (_number(thing.first("BaseVoltage.nominalVoltage")) for thing in self.model.of_class("BaseVoltage"))
        return any(value is not None and value > 1200 for value in values)

    def _position(self, thing: Thing) -> tuple[float, float] | None:
        location = self._wanted(thing, "PowerSystemResource.Location")
        return self._places.get(key_of(location.id)) if location else None

    @cached_property
    def _places(self) -> dict[str, tuple[float, float]]:
        """The first point of each location that is on the Earth: latitude and longitude."""
        found: dict[str, tuple[float, tuple[float, float]]] = {}
        for point in self.model.of_class("PositionPoint"):
            location = self.model.get(point.first("PositionPoint.Location"))
            longitude, latitude = (_number(point.first(f"PositionPoint.{axis}Position")) for axis in "xy")
            if location is None or longitude is None or latitude is None or not self._is_geographic(location):
                continue
            key, number = key_of(location.id), _number(point.first("PositionPoint.sequenceNumber")) or 0
            if abs(latitude) <= 90 and abs(longitude) <= 180 and (key not in found or number < found[key][0]):
                found[key] = (number, (latitude, longitude))
        return {key: place for key, (_number_of_point, place) in found.items()}

    def _is_geographic(self, location: Thing) -> bool:
        system = self.model.get(location.first("Location.CoordinateSystem"))
        urn = system.first("CoordinateSystem.crsUrn") if system else None
        return urn is None or "4326" in urn or "WGS" in urn.upper()


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
