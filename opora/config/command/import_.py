import shlex
from pathlib import Path

import click
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opora.config import database
from opora.config.command.import_gar import gar
from opora.config.errors import NotReady
from opora.config.progress import Progress
from opora.platform.access.models import User
from opora.platform.access.queries import system_user, user_named
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import CustomerImport
from opora.registry.customers.operations import accept_import, enter_import, read_import, store_import
from opora.registry.customers.queries import editable_groups, visible_branches
from opora.registry.customers.queries.imports import first_faults, import_of, kind_of_fault_table, write_faults
from opora.registry.customers.stages import ImportStage

#: Faults shown on the terminal; the file of errors holds all.
SHOWN = 20


@click.command("customers", help=_("Check a file of customers (CSV, XLSX), and enter it with --apply."))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--apply", is_flag=True, help=_("Enter the rows that are right; without it nothing is changed."))
@click.option("--group", help=_("Code of the group for new customers of whom the file does not say."))
@click.option("--branch", help=_("Code of the branch for new customers of whom the file does not say."))
@click.option("--user", "username", help=_("In whose name and within whose rights; the system's when left out."))
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help=_("Where to write all that is wrong."))
@click.option("--resume", type=int, metavar="NUMBER", help=_("Go on with an import that was checked or broken off."))
def customers(
    file: Path | None,
    apply: bool,
    group: str | None,
    branch: str | None,
    username: str | None,
    errors: Path | None,
    resume: int | None,
) -> None:
    if (file is None) == (resume is None):
        raise click.UsageError(_("Name a file, or the number of an import to go on with."))
    database.connect()
    with scoped(EVERYTHING):
        user = user_named(username) if username else system_user()
    source = _store(file, group, branch, user) if file else _known(resume or 0, user)
    progress = Progress()
    if source.stage == ImportStage.READING:
        with progress.step(_("Checking %s") % source.name) as on_progress:
            source = read_import(import_id=source.pk, on_progress=on_progress)
    if source.stage == ImportStage.REFUSED:
        raise NotReady(source.refusal)
    if source.stage == ImportStage.CHECKED:
        _report(source, _("Customers to be created"), _("Customers to be changed"))
        if apply:
            with scoped(user.scope):
                source = accept_import(import_id=source.pk, by=user)
        else:
            order = f"opora import --apply --resume {source.pk}"
            order += f" --user {shlex.quote(username)}" if username else ""
            click.echo(_("Nothing has been changed. To enter it: %s") % order)
    if source.stage == ImportStage.APPLYING:
        with progress.step(_("Entering %s") % source.name) as on_progress:
            source = enter_import(import_id=source.pk, on_progress=on_progress)
        _report(source, _("Customers created"), _("Customers changed"))
    _show_faults(source, errors)


def _store(file: Path, group: str | None, branch: str | None, user: User) -> CustomerImport:
    with scoped(user.scope), file.open("rb") as stream:
        groups = dict(editable_groups().values_list("code", "pk"))
        branches = dict(visible_branches().values_list("code", "pk"))
        if group and group not in groups:
            raise click.BadParameter(_("There is no group %(code)s; there are: %(known)s.")
                                     % {"code": group, "known": ", ".join(groups)})  # fmt: skip
        if branch and branch not in branches:
            raise click.BadParameter(_("There is no branch %(code)s; there are: %(known)s.")
                                     % {"code": branch, "known": ", ".join(branches)})  # fmt: skip
        return store_import(
            stream=stream, name=file.name, by=user,
            group_id=groups.get(group or ""), branch_id=branches.get(branch or ""),
        )  # fmt: skip


def _known(number: int, user: User) -> CustomerImport:
    with scoped(EVERYTHING):
        return import_of(user, number)


def _report(source: CustomerImport, created: str, changed: str) -> None:
    lines = (
        (_("Rows"), source.rows),
        (_("Rows refused"), source.refused),
        (created, source.created),
        (changed, source.changed),
        (_("Customers as they are"), source.unchanged),
    )
    for title, count in lines:
        click.echo(f"  {title:<32}{count:>12,}".replace(",", " "))


def _show_faults(source: CustomerImport, errors: Path | None) -> None:
    if not source.refused:
        return
    for fault in first_faults(source, limit=SHOWN):
        click.secho(f"  {fault.row:>8}  {fault.column}: {fault.value} — {fault.reason}", fg="yellow", err=True)
    if errors is not None:
        with errors.open("wb") as target:
            write_faults(source, target, kind_of_fault_table(source))
        click.echo(_("Everything that is wrong: %s") % errors)
    elif source.refused > SHOWN:
        rest = source.refused - SHOWN
        more = ngettext(
            "and %d row more: see all with --errors FILE", "and %d rows more: see all with --errors FILE", rest
        )
        click.echo(more % rest, err=True)


class Imports(click.Group):
    """`opora import FILE` is about customers; whatever else is imported is named first."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        named = arguments[:1] and (arguments[0] in self.commands or arguments[0] in context.help_option_names)
        return super().parse_args(context, arguments if named else ["customers", *arguments])


command = Imports("import", commands=[customers, gar], help=_("Import customers, or the register of addresses."))
