"""Topics, passports and routing rules: the only way they change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tomllib import loads
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from opora.casework.cases.events import (
    PassportLoaded,
    RoutingRuleRemoved,
    RoutingRuleSet,
    TopicChanged,
    TopicsLoaded,
)
from opora.casework.cases.models import (
    CatalogueStamp,
    Passport,
    PassportChoice,
    PassportStage,
    PassportVersion,
    RoutingRule,
    Topic,
)
from opora.casework.cases.passport_file import PassportsRefused, PassportText, Problem, Vocabulary, read_passports
from opora.casework.cases.stages import Channel, ClockStart, Kind, PauseReason, StageRole
from opora.platform.access.models import User
from opora.platform.errors import BusinessError, ChangedMeanwhile, NotVisible
from opora.platform.journal.operations import publish
from opora.registry.organization.models import District, Division

TOPICS = Path(__file__).resolve().parent.parent / "topics.toml"


class TopicFixed(BusinessError):
    code = "topic_fixed"
    status = 409


class TopicCodeTaken(BusinessError):
    code = "topic_code_taken"
    status = 409


class TopicLoop(BusinessError):
    code = "topic_loop"


class UnknownRole(BusinessError):
    code = "unknown_role"


@dataclass(frozen=True, kw_only=True)
class LoadedPassports:
    """Codes of passports, by what loading did with them."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]


@transaction.atomic
def load_passports(*, folder: Path, by: User) -> LoadedPassports:
    """Load every passport of a folder: a changed file becomes a new version, running cases keep theirs.

    Topics must have been loaded before. Loading twice changes nothing.

    :raises PassportsRefused: with every problem of every file; then nothing is loaded.
    """
    sources = {path.name: path.read_bytes() for path in sorted(Path(folder).glob("*.toml"))}
    if not sources:
        message = _("there is no *.toml file in the folder: check its name.")
        raise PassportsRefused([Problem(file=str(folder), message=message)])
    return load_passport_files(sources=sources, by=by)


@transaction.atomic
def load_passport_files(*, sources: Mapping[str, bytes], by: User) -> LoadedPassports:
    """Load passports given as name and content; see `load_passports`.

    :raises PassportsRefused: with every problem of every file; then nothing is loaded.
    """
    _restamp()
    topics = {code: pk for pk, code in Topic.objects.values_list("pk", "code")}
    texts = read_passports(sources, _vocabulary(topics))
    latest = {
        version.passport.code: version
        for version in PassportVersion.objects.select_related("passport").order_by("passport", "version")
    }
    loaded = LoadedPassports(added=[], changed=[], unchanged=[])
    for text in texts:
        before = latest.get(text.code)
        if before is None:
            passport = Passport.objects.create(code=text.code, title=text.title)
        elif before.digest == text.digest:
            loaded.unchanged.append(text.code)
            continue
        else:
            passport = before.passport
            passport.title = text.title
            passport.save(update_fields=["title"])
        version = _add_version(passport, text, before)
        (loaded.changed if before else loaded.added).append(text.code)
        event = PassportLoaded(passport=text.code, version=version.version, valid_from=version.valid_from.isoformat())
        publish(event, by=by, about=[passport])
    changed = {text.code: text for text in texts if text.code not in loaded.unchanged}
    PassportChoice.objects.filter(passport__code__in=changed).delete()
    passports = dict(Passport.objects.filter(code__in=changed).values_list("code", "pk"))
    wanted = [
        PassportChoice(
            passport_id=passports[text.code],
            topic_id=topics.get(choice.topic),
            kind=choice.kind,
            channel=choice.channel,
        )
        for text in changed.values()
        for choice in text.choices
    ]
    _check_choices(wanted)
    PassportChoice.objects.bulk_create(wanted)
    return loaded


def _add_version(passport: Passport, text: PassportText, before: PassportVersion | None) -> PassportVersion:
    """The new edition holds from its own date, or from today when the edition before began no earlier."""
    valid_from = text.valid_from
    if before is not None:
        if valid_from <= before.valid_from:
            valid_from = max(timezone.localdate(), before.valid_from)
        before.valid_to = valid_from
        before.save(update_fields=["valid_to"])
    version = PassportVersion.objects.create(
        passport=passport,
        version=before.version + 1 if before else 1,
        valid_from=valid_from,
        digest=text.digest,
        title=text.title,
        applicants=text.applicants,
        price=text.price,
        price_basis=text.price_basis,
        conditions=text.conditions,
        result=text.result,
        complaints=text.complaints,
        legal_reference=text.legal_reference,
        verified=text.verified,
        starts=text.starts,
        pauses_stop_total=text.pauses_stop_total,
        term_amount=text.term.amount,
        term_unit=text.term.unit,
        loaded_at=timezone.now(),
    )
    PassportStage.objects.bulk_create(
        PassportStage(
            version=version,
            ordinal=ordinal,
            code=stage.code,
            title=stage.title,
            role=stage.role,
            content=stage.content,
            form=stage.form,
            result=stage.result,
            legal_reference=stage.legal_reference,
            verified=stage.verified,
            term_amount=stage.term.amount,
            term_unit=stage.term.unit,
            after=list(stage.after),
            pause_reasons=list(stage.pause_reasons),
            optional=stage.optional,
            answer=stage.answer,
        )
        for ordinal, stage in enumerate(text.stages, start=1)
    )
    return version


def _check_choices(wanted: Iterable[PassportChoice]) -> None:
    """No condition may choose a second passport: that of a file loaded earlier, for example."""
    taken = {
        (choice.topic_id, choice.kind, choice.channel): choice.passport.code
        for choice in PassportChoice.objects.select_related("passport")
    }
    message = _("the same condition stands in %s: leave it in one of the files.")
    problems = [
        Problem(file=f"{choice.passport.code}.toml", field="chosen_for", message=message % taken[key])
        for choice in wanted
        if (key := (choice.topic_id, choice.kind, choice.channel)) in taken
    ]
    if problems:
        raise PassportsRefused(problems)


def _vocabulary(topics: Iterable[str]) -> Vocabulary:
    return Vocabulary(
        roles=StageRole.values,
        pause_reasons=PauseReason.values,
        events=ClockStart.values,
        kinds=Kind.values,
        channels=Channel.values,
        topics=list(topics),
    )


@transaction.atomic
def load_topics(*, by: User, source: str | None = None) -> list[str]:
    """Add the topics of the standard set that are missing, and return their codes; what people have edited stays.

    :param source: TOML in the form of `topics.toml`, which is the default.
    """
    _restamp()
    rows: list[dict[str, Any]] = loads(TOPICS.read_text() if source is None else source)["topics"]
    known = {topic.code: topic for topic in Topic.objects.all()}
    added = []
    for row in rows:
        if row["code"] in known:
            continue
        numbers = row.get("rows", {})
        known[row["code"]] = Topic.objects.create(
            code=row["code"],
            name=row["name"],
            parent=known[row["parent"]] if row.get("parent") else None,
            fixed=row.get("fixed", False),
            appeal_row=numbers.get("appeal", ""),
            complaint_row=numbers.get("complaint", ""),
            application_row=numbers.get("application", ""),
        )
        added.append(row["code"])
    if added:
        publish(TopicsLoaded(added=added), by=by, about=[])
    return added


@transaction.atomic
def add_topic(*, code: str, name: str, parent_id: int, by: User) -> Topic:
    """Add a topic below another; the top rows are the regulator's and stay as they are.

    :raises TopicCodeTaken: when the code is in use.
    """
    _restamp()
    if Topic.objects.filter(code=code).exists():
        raise TopicCodeTaken(_("The code “%s” is taken: choose another.") % code, field="code")
    parent = _locked_topic(parent_id, field="parent_id")
    topic = Topic.objects.create(code=code, name=name, parent=parent)
    publish(TopicChanged(topic_id=topic.pk, code=code), by=by, about=[topic])
    return topic


@transaction.atomic
def change_topic(*, topic_id: int, name: str, parent_id: int | None, active: bool, version: int, by: User) -> Topic:
    """Rename, move or retire a topic; cases keep it.

    :raises TopicFixed: for a row of the regulator's form.
    :raises TopicLoop: when the topic would come to lie under itself.
    :raises ChangedMeanwhile: when somebody else has saved first.
    """
    _restamp()
    topic = _locked_topic(topic_id)
    if topic.fixed or parent_id is None:
        raise TopicFixed(_("This row is the regulator's and stays as it is: add topics below it."), field="topic_id")
    if topic.version != version:
        raise ChangedMeanwhile(_("Somebody has changed this topic: look at it again and repeat."))
    parent = _locked_topic(parent_id, field="parent_id")
    above: Topic | None = parent
    while above is not None:
        if above.pk == topic.pk:
            raise TopicLoop(_("A topic cannot lie under itself: choose another place."), field="parent_id")
        above = above.parent
    topic.name, topic.parent, topic.active, topic.version = name, parent, active, version + 1
    topic.save()
    publish(TopicChanged(topic_id=topic.pk, code=topic.code), by=by, about=[topic])
    return topic


def _locked_topic(topic_id: int, *, field: str = "topic_id") -> Topic:
    topic = Topic.objects.select_for_update().filter(pk=topic_id).first()
    if topic is None:
        raise NotVisible(_("There is no such topic."), field=field)
    return topic


@transaction.atomic
def set_routing_rule(
    *,
    role: str,
    division_id: int,
    by: User,
    topic_id: int | None = None,
    branch_id: int | None = None,
    district_id: int | None = None,
) -> RoutingRule:
    """Send stages of a role, for a topic and territory, to a division; the rule for the same place is replaced.

    :raises UnknownRole: when there is no such role.
    :raises NotVisible: when there is no such division, topic or district.
    """
    _restamp()
    if role not in StageRole.values:
        message = _("The role “%(role)s” is unknown: choose from %(roles)s.")
        raise UnknownRole(message % {"role": role, "roles": ", ".join(StageRole.values)}, field="role")
    if not Division.objects.filter(pk=division_id).exists():
        raise NotVisible(_("There is no such division."), field="division_id")
    if district_id is not None:
        district = District.objects.filter(pk=district_id).first()
        if district is None:
            raise NotVisible(_("There is no such district."), field="district_id")
        branch_id = district.branch_id
    if topic_id is not None:
        _locked_topic(topic_id)
    place = {"topic_id": topic_id, "branch_id": branch_id, "district_id": district_id}
    rule, created = RoutingRule.objects.select_for_update().get_or_create(
        role=role, **place, defaults={"division_id": division_id}
    )
    if not created:
        rule.division_id, rule.version = division_id, rule.version + 1
        rule.save()
    publish(RoutingRuleSet(rule_id=rule.pk, role=role, division_id=division_id, **place), by=by, about=[rule])
    return rule


@transaction.atomic
def remove_routing_rule(*, rule_id: int, by: User) -> None:
    """Forget a rule; stages already assigned stay where they are."""
    _restamp()
    rule = RoutingRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible(_("There is no such rule."), field="rule_id")
    publish(RoutingRuleRemoved(rule_id=rule.pk, role=rule.role, division_id=rule.division_id), by=by, about=[rule])
    rule.delete()


def _restamp() -> None:
    """Make every process read the catalogue anew; the lock lets one change it at a time."""
    CatalogueStamp.objects.update_or_create(pk=1, defaults={"stamp": uuid4()})
