"""Causes, brigades and rules of notice: what outages are described with."""

from pathlib import Path
from tomllib import loads

from django.db import transaction
from django.utils.translation import gettext as _

from opora.casework.cases.operations.checks import checked_line
from opora.casework.messaging.operations import load_templates
from opora.platform.access.models import User
from opora.platform.calendar.terms import Term, TermUnit
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.journal.operations import publish
from opora.processes.outages.events import BrigadeAdded, CatalogueLoaded
from opora.processes.outages.models import Brigade, Cause, NoticeRule
from opora.processes.outages.operations.locks import check_branch
from opora.registry.organization.models import Branch, District

_FOLDER = Path(__file__).resolve().parent.parent
_UNITS = {
    "hours": TermUnit.HOURS,
    "days": TermUnit.CALENDAR_DAYS,
    "working_days": TermUnit.WORKING_DAYS,
    "months": TermUnit.MONTHS,
}


class NameTaken(BusinessError):
    code = "name_taken"
    status = 409


@transaction.atomic
def load_outage_catalogue(*, by: User, causes: str | None = None, rules: str | None = None) -> None:
    """Add the causes, the rules of notice and the words of messages that are missing; those that are there stay.

    :param causes: TOML in the form of `causes.toml`, which is the default.
    :param rules: TOML in the form of `notice_rules.toml`, which is the default.
    """
    told_causes = loads(causes if causes is not None else (_FOLDER / "causes.toml").read_text())["causes"]
    told_rules = loads(rules if rules is not None else (_FOLDER / "notice_rules.toml").read_text())["rules"]
    load_templates(source=(_FOLDER / "templates.toml").read_text(), by=by)
    known = {cause.code: cause for cause in Cause.objects.all()}
    fresh = [told for told in told_causes if told["code"] not in known]
    for told in fresh:  # a parent stands above its children
        known[told["code"]] = Cause.objects.create(
            code=told["code"], name=told["name"], told=told.get("told", ""), ours=told.get("ours", True),
            parent=known[told["parent"]] if "parent" in told else None,
        )  # fmt: skip
    have = set(NoticeRule.objects.values_list("code", "valid_from"))
    new = [
        NoticeRule(
            code=told["code"], audience=told["audience"], term=str(_term(told["term"])),
            legal_reference=told.get("legal_reference", ""), verified=told.get("verified", True),
            valid_from=told["valid_from"],
        )
        for told in told_rules if (told["code"], told["valid_from"]) not in have
    ]  # fmt: skip
    NoticeRule.objects.bulk_create(new)
    if fresh or new:
        publish(CatalogueLoaded(causes=len(fresh), rules=len(new)), by=by, about=[])


@transaction.atomic
def add_brigade(*, branch_id: int, name: str, by: User, district_id: int | None = None, phone: str = "") -> Brigade:
    """Add a field crew to a branch.

    :raises NotVisible: when there is no such branch, or district in it.
    :raises EditForbidden: when the branch is not his.
    :raises NameTaken: when the branch has a crew of this name.
    """
    branch = Branch.objects.filter(pk=branch_id).first()
    if branch is None:
        raise NotVisible(_("There is no such branch."), field="branch_id")
    check_branch(branch.pk)
    if district_id is not None and not District.objects.filter(pk=district_id, branch=branch).exists():
        raise NotVisible(_("There is no such district in this branch: choose another."), field="district_id")
    name = checked_line(name, field="name", limit=100)
    if not name or Brigade.objects.filter(branch=branch, name=name).exists():
        raise NameTaken(_("Give the brigade a name that no other of the branch has."), field="name")
    brigade = Brigade.objects.create(
        branch=branch, district_id=district_id, name=name, phone=checked_line(phone, field="phone", limit=16)
    )
    publish(BrigadeAdded(brigade_id=brigade.pk), by=by, about=[branch])
    return brigade


def _term(told: dict[str, int]) -> Term:
    ((unit, value),) = told.items()
    return Term(value, _UNITS[unit])
