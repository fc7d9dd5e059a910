import json
import sys
from pathlib import Path

import click
from django.utils.translation import gettext as _

from opora.gateways.cim.reading import read_cim
from opora.platform.errors import BusinessError
from opora.registry.grid.naming import Names
from opora.registry.grid.network import Network
from opora.registry.grid.stages import ElementKind
from opora.registry.grid.tracing import Indices, Tracer

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))

#: Consumers shown on the terminal; --json lists all.
SHOWN = 40


@click.group("grid", help=_("The network: trace supply in files, or load them."))
def command() -> None:
    pass


@command.command("trace", help=_("Say who loses supply when something opens, from files alone (CIM XML, CSV)."))
@FILES
@click.option(
    "--open", "opened", multiple=True, metavar="ELEMENT", help=_("mRID, name or Class:name; may be repeated.")
)
@click.option("--close", "closed", multiple=True, metavar="ELEMENT", help=_("The same, of what is closed."))
@click.option(
    "--json", "as_json", is_flag=True, help=_("For programs: sources, number of consumers, mRIDs of the lost.")
)
def trace(files: tuple[Path, ...], opened: tuple[str, ...], closed: tuple[str, ...], as_json: bool) -> None:
    try:
        network = _read(files)
        names = Names(network)
        open_, close = [names.find(text) for text in opened], [names.find(text) for text in closed]
        if both := set(open_) & set(close):
            element = network.elements[both.pop()].name
            raise BusinessError(_("“%s” is both to be opened and to be closed: choose one.") % element)
    except BusinessError as refusal:
        click.secho(str(refusal), fg="red", err=True)
        sys.exit(2)
    for warning in network.warnings:
        click.secho(warning, fg="yellow", err=True)
    tracer = Tracer.of(network)
    before = tracer.energised
    effect = tracer.change(open_=open_, close=close)
    lost, restored = (_consumers(network, elements) for elements in (effect.lost, effect.restored))
    if as_json:
        found = {
            "sources": [[e.class_name or e.kind, e.name] for e in network.elements if e.kind == ElementKind.SOURCE],
            "consumers": len(_consumers(network, range(len(network.elements)))),
            "lost": sorted(network.elements[index].mrid for index in lost),
        }
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    energised = len(_consumers(network, before.nonzero()[0]))
    _table(network, energised, lost, restored)


def _read(files: tuple[Path, ...]) -> Network:
    return read_cim(files)


def _consumers(network: Network, elements: Indices | range) -> list[int]:
    return [int(index) for index in elements if network.elements[index].kind == ElementKind.CONSUMER]


def _table(network: Network, energised: int, lost: list[int], restored: list[int]) -> None:
    count = len(_consumers(network, range(len(network.elements))))
    click.echo(_("Elements: %(elements)d. Consumers: %(consumers)d, with supply before: %(energised)d.")
               % {"elements": len(network.elements), "consumers": count, "energised": energised})  # fmt: skip
    for element in network.elements:
        if element.kind == ElementKind.SOURCE:
            click.echo(_("Source: %s") % f"{element.class_name or element.kind.label} {element.name}")
    for title, found in ((_("Lose supply: %d"), lost), (_("Get supply back: %d"), restored)):
        click.secho(title % len(found), bold=True)
        for index in found[:SHOWN]:
            click.echo(f"  {network.elements[index].name:<40} {network.elements[index].mrid}")
        if len(found) > SHOWN:
            click.echo(_("  … and %d more; all of them with --json") % (len(found) - SHOWN))
