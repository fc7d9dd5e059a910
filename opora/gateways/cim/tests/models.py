"""Small networks in CIM XML, written as their exporters write them."""

import os
from collections.abc import Sequence
from pathlib import Path

CIM100 = "http://iec.ch/TC57/CIM100#"
CIM16 = "http://iec.ch/TC57/2013/CIM-schema-cim16#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MODEL = "http://iec.ch/TC57/61970-552/ModelDescription/1#"

DATA = Path(os.environ.get("OPORA_SHARED_DATA") or Path(__file__).resolve().parents[4].parent / "shared" / "data")


def equipment(class_name: str, name: str, *nodes: str, inside: str = "", by: str = "ID") -> str:
    """Write a piece of equipment and its terminals."""
    identifier = (lambda key: f'rdf:ID="_{key}"') if by == "ID" else (lambda key: f'rdf:about="#_{key}"')
    text = f"<cim:{class_name} {identifier(name)}><cim:IdentifiedObject.name>{name}</cim:IdentifiedObject.name>"
    text += f"{inside}</cim:{class_name}>\n"
    for number, node in enumerate(nodes, 1):
        text += (
            f"<cim:Terminal {identifier(f'{name}.{number}')}>"
            f'<cim:Terminal.ConductingEquipment rdf:resource="#_{name}"/>'
            f'<cim:Terminal.ConnectivityNode rdf:resource="#_{node}"/></cim:Terminal>\n'
        )
    return text


def nodes(*names: str, by: str = "ID") -> str:
    attribute = 'rdf:ID="_{}"' if by == "ID" else 'rdf:about="#_{}"'
    return "".join(f"<cim:ConnectivityNode {attribute.format(name)}/>\n" for name in names)


def state(class_name: str, name: str, **values: object) -> str:
    inside = "".join(
        f"<cim:{key.replace('_', '.')}>{value}</cim:{key.replace('_', '.')}>" for key, value in values.items()
    )
    return f'<cim:{class_name} rdf:about="#_{name}">{inside}</cim:{class_name}>\n'


def document(*parts: str, cim: str = CIM100, profile: str = "", declaration: str = "<?xml version='1.0'?>") -> str:
    header = (
        f'<md:FullModel rdf:about="urn:uuid:1"><md:Model.profile>{profile}</md:Model.profile></md:FullModel>'
        if profile
        else ""
    )
    return (
        f'{declaration}<rdf:RDF xmlns:rdf="{RDF}" xmlns:cim="{cim}" xmlns:md="{MODEL}">\n'
        f"{header}{''.join(parts)}</rdf:RDF>"
    )


def written(folder: Path, *documents: str, encoding: str = "utf-8") -> Sequence[Path]:
    paths = [folder / f"model{number}.xml" for number in range(len(documents))]
    for path, text in zip(paths, documents, strict=True):
        path.write_text(text, encoding=encoding)
    return paths


def closed(value: bool = False) -> str:
    return f"<cim:Switch.normalOpen>{str(value).lower()}</cim:Switch.normalOpen>"


def feeder(**changes: str) -> list[str]:
    """source – breaker Q1 – line L1 – consumer C1; from its end a tie T1, normally open, to a second source."""
    parts = {
        "nodes": nodes("a", "b", "c", "d"),
        "source": equipment("EnergySource", "S1", "a"),
        "breaker": equipment("Breaker", "Q1", "a", "b", inside=closed()),
        "line": equipment("ACLineSegment", "L1", "b", "c"),
        "consumer": equipment("EnergyConsumer", "C1", "c"),
        "tie": equipment("LoadBreakSwitch", "T1", "c", "d", inside=closed(True)),
        "second": equipment("EnergySource", "S2", "d"),
    }
    return list((parts | changes).values())
