"""Passports: the list, an edition as the law prescribes its form, and loading new ones."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from opora.casework.cases.forms.catalogue import PassportsForm
from opora.casework.cases.models import PassportStage, PassportVersion
from opora.casework.cases.operations import PassportsRefused, load_passport_files
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import catalogue
from opora.casework.cases.queries.passports import passport_version, passport_versions
from opora.platform.access.models import User
from opora.platform.calendar.explanation import in_words
from opora.platform.errors import NotVisible
from opora.platform.names import sort_key, words
from opora.platform.permissions import requires


@require_GET
@requires(CasePermission.VIEW)
def passports(request: HttpRequest) -> HttpResponse:
    """Every passport with its edition in force."""
    today, asked = timezone.localdate(), words(request.GET.get("text", "")[:200])
    plans = catalogue().versions
    found: dict[str, dict[str, Any]] = {}
    for edition in passport_versions():
        entry = found.setdefault(edition.passport.code, {"edition": edition, "editions": 0, "in_force": False})
        entry["editions"] += 1
        if plans[edition.pk].holds_on(today):
            entry |= {"edition": edition, "in_force": True}
    entries = [
        {**entry, "plan": plans[entry["edition"].pk], "term": in_words(plans[entry["edition"].pk].term)}
        for entry in found.values()
        if all(word in sort_key(f"{entry['edition'].title} {entry['edition'].passport.code}") for word in asked)
    ]
    entries.sort(key=lambda entry: sort_key(entry["plan"].title))
    template = (
        "cases/_passport_rows.html" if request.headers.get("HX-Target") == "passport-rows" else "cases/passports.html"
    )
    return render(request, template, {"entries": entries, "text": request.GET.get("text", "")})


@require_GET
@requires(CasePermission.VIEW)
def newest(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the edition in force, or the newest one."""
    today = timezone.localdate()
    editions = list(passport_versions().filter(passport__code=code))
    if not editions:
        raise NotVisible(_("There is no such passport."), field="code")
    in_force = (edition for edition in editions if catalogue().versions[edition.pk].holds_on(today))
    return redirect("cases:passport_version", code, next(in_force, editions[0]).version)


@require_GET
@requires(CasePermission.VIEW)
def passport(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """One edition: its head, its table of stages in the form of annex 1, and the way from stage to stage."""
    edition = passport_version(code, version)
    plan = catalogue().versions[edition.pk]
    stages = [(stage, in_words(plan.stages[number].term)) for number, stage in enumerate(edition.stages.all())]
    context = {
        "edition": edition,
        "term": in_words(plan.term),
        "stages": stages,
        "steps": _steps([stage for stage, _term in stages]),
        "editions": [(one, _validity(one)) for one in passport_versions().filter(passport__code=code)],
        "choices": [
            {**_choice(choice.topic_id), "kind": choice.kind, "channel": choice.channel}
            for choice in catalogue().choices
            if choice.passport_id == edition.passport_id
        ],
        "today": timezone.localdate(),
    }
    return render(request, "cases/passport.html", context)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.CONFIGURE)
def load(request: HttpRequest) -> HttpResponse:
    """Load files of passports; every problem of every file is listed, and then nothing is loaded."""
    assert isinstance(request.user, User)
    form = PassportsForm(request.POST, request.FILES) if request.method == "POST" else PassportsForm()
    problems: Any = ()
    if form.is_bound and form.is_valid():
        sources = {file.name or "passport.toml": file.read() for file in form.cleaned_data["passports"]}
        try:
            loaded = load_passport_files(sources=sources, by=request.user)
        except PassportsRefused as refused:
            problems = refused.problems
        else:
            said = _("Added: %(added)d, new editions: %(changed)d, unchanged: %(unchanged)d")
            counts = {"added": len(loaded.added), "changed": len(loaded.changed), "unchanged": len(loaded.unchanged)}
            messages.success(request, said % counts)
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("cases:passports")})
    context = {"form": form, "problems": problems}
    return render(request, "cases/_passport_load.html", context, status=422 if form.is_bound else 200)


def _steps(stages: list[PassportStage]) -> list[list[PassportStage]]:
    """Stages side by side where they run together: a stage stands one step after the last of what it follows."""
    codes = {stage.code for stage in stages}
    step: dict[str, int] = {}
    left = list(stages)
    while left:
        ready = [stage for stage in left if all(code in step for code in stage.after if code in codes)]
        for stage in ready:
            step[stage.code] = max((step[code] + 1 for code in stage.after if code in codes), default=0)
        left = [stage for stage in left if stage.code not in step]
    return [[stage for stage in stages if step[stage.code] == number] for number in range(max(step.values()) + 1)]


def _validity(edition: PassportVersion) -> str:
    today = timezone.localdate()
    if edition.valid_from > today:
        return "future"
    return "past" if edition.valid_to is not None and edition.valid_to <= today else "now"


def _choice(topic_id: int | None) -> dict[str, str]:
    return {"topic": catalogue().topics[topic_id].title if topic_id in catalogue().topics else ""}
