import json
import sys
from pathlib import Path

import click
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opora.config import database
from opora.gateways.cim.reading import read_cim
from opora.platform.access.queries import system_user, user_named
from opora.platform.errors import BusinessError
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.operations import bind_usage_points
from opora.registry.customers.queries import visible_branches
from opora.registry.customers.queries.supply import count_stranded
from opora.registry.grid.csv_file import read_csv
from opora.registry.grid.naming import Names
from opora.registry.grid.network import Network
from opora.registry.grid.operations import Difference, foresee_import, import_network
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


@command.command(
    "import", help=_("Bring the network to what files say (CIM XML, CSV); shown first, done with --apply.")
)
@FILES
@click.option("--apply", is_flag=True, help=_("Write the difference; without it nothing is changed."))
@click.option(
    "--part", default="", help=_("The name of the part that the files hold whole; the whole network otherwise.")
)
@click.option("--branch", help=_("Code of the branch for what no file places in one."))
@click.option("--user", "username", help=_("In whose name; the system's when left out."))
def import_files(files: tuple[Path, ...], apply: bool, part: str, branch: str | None, username: str | None) -> None:
    database.connect()
    network = _read(files)
    for warning in network.warnings:
        click.secho(warning, fg="yellow", err=True)
    with scoped(EVERYTHING):
        user = user_named(username) if username else system_user()
        branches = dict(visible_branches().values_list("code", "pk"))
        if branch and branch not in branches:
            raise click.BadParameter(_("There is no branch %(code)s; there are: %(known)s.")
                                     % {"code": branch, "known": ", ".join(branches)})  # fmt: skip
        branch_id = branches.get(branch or "")
        if not apply:
            difference = foresee_import(network=network, part=part, branch_id=branch_id)
            _show(difference)
            if difference.elements.removed:
                click.secho(_("What the files lack is removed. If they hold a part of the network, say which: --part."),
                            fg="yellow", err=True)  # fmt: skip
            click.echo(_("Nothing has been changed. To apply it: the same command with --apply."))
            return
        _show(import_network(network=network, by=user, part=part, branch_id=branch_id))
        if network.usage_points:
            binding = bind_usage_points(pairs={link.number: link.element for link in network.usage_points}, by=user)
            click.echo(_("Usage points bound anew: %d") % binding.bound)
            if unknown := binding.unknown_numbers:
                shown = ", ".join(unknown[:SHOWN])
                click.secho(_("Usage points that nobody knows: %(count)d (%(shown)s)")
                            % {"count": len(unknown), "shown": shown}, fg="yellow", err=True)  # fmt: skip
        if stranded := count_stranded():
            click.secho(_("Usage points whose element is no more in the network: %d. Bind them anew.") % stranded,
                        fg="yellow", err=True)  # fmt: skip


def _show(difference: Difference) -> None:
    for title, changes in ((_("Containers"), difference.containers), (_("Elements"), difference.elements)):
        click.secho(title, bold=True)
        for sign, name, count, lines in (
            ("+", pgettext("network", "created"), changes.created, changes.created_lines),
            ("~", pgettext("network", "changed"), changes.changed, changes.changed_lines),
            ("−", pgettext("network", "removed"), changes.removed, changes.removed_lines),
        ):
            click.echo(f"  {sign} {name}: {count}")
            for line in lines[:SHOWN]:
                fields = f"  [{', '.join(line.fields)}]" if line.fields else ""
                click.echo(f"      {line.kind:<18} {line.name:<32} {line.mrid}{fields}")
            if count > SHOWN:
                click.echo(_("      … and %d more") % (count - SHOWN))


def _read(files: tuple[Path, ...]) -> Network:
    """Read CSV where every file is one, else CIM."""
    is_csv = all(path.suffix.lower() in (".csv", ".txt", ".tsv") for path in files)
    return read_csv(files) if is_csv else read_cim(files)


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
