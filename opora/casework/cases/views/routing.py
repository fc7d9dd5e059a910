"""Routing: which division does the stages of a role, by topic and territory."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.casework.cases.forms.catalogue import RoutingForm, WhoForm
from opora.casework.cases.operations import remove_routing_rule, set_routing_rule
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import catalogue, routing_rules
from opora.casework.cases.stages import StageRole
from opora.casework.cases.views.done import changed, dialog
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.registry.organization.models import Division


@require_GET
@requires(CasePermission.CONFIGURE)
def routing(request: HttpRequest) -> HttpResponse:
    """Show the rules, those of one role if it is asked for; and the check "who would get it"."""
    role = request.GET.get("role", "")
    topics = catalogue().topics
    order = {value: number for number, value in enumerate(StageRole.values)}
    found = routing_rules().select_related("branch", "district", "division", "division__branch")
    rules = [
        (rule, topics[rule.topic_id].title if rule.topic_id in topics else "")
        for rule in found
        if role in ("", rule.role)
    ]
    rules.sort(key=lambda line: (order[line[0].role], line[1], line[0].branch_id or 0, line[0].district_id or 0))
    used = {rule.role for rule in catalogue().routes}
    context = {
        "rules": rules,
        "roles": [(value, label, value in used) for value, label in StageRole.choices],
        "role": role,
        "form": WhoForm(),
    }
    whole = request.headers.get("HX-Target") != "rules"
    return render(request, "cases/routing.html" if whole else "cases/_rules.html", context)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.CONFIGURE)
def set_rule(request: HttpRequest) -> HttpResponse:
    """Add a rule, or replace the one for the same role, topic and territory."""
    assert isinstance(request.user, User)
    form = RoutingForm(request.POST or None, initial=request.GET.dict())
    if form.is_valid():
        given = form.cleaned_data
        branch_id, district_id = given["branch_id"]
        set_routing_rule(
            role=given["role"],
            topic_id=given["topic_id"],
            branch_id=branch_id,
            district_id=district_id,
            division_id=given["division_id"],
            by=request.user,
        )
        return changed(request, _("The rule holds from the next case on"))
    says = _("For the same role, topic and territory there is one rule: saving replaces it. Stages at work stay.")
    status = 422 if form.is_bound else 200
    return dialog(request, form=form, title=_("Rule"), button=_("Save"), says=says, status=status)


@require_POST
@requires(CasePermission.CONFIGURE)
def remove(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Forget a rule; stages already assigned stay where they are."""
    assert isinstance(request.user, User)
    remove_routing_rule(rule_id=rule_id, by=request.user)
    return changed(request, _("The rule is removed"))


@require_GET
@requires(CasePermission.CONFIGURE)
def who(request: HttpRequest) -> HttpResponse:
    """Say where every role's stages would go for a topic and territory, and by which rule. Nothing is changed."""
    form = WhoForm(request.GET)
    found: list[dict[str, Any]] = []
    if form.is_valid() and form.cleaned_data["topic_id"] in catalogue().topics:
        branch_id, district_id = form.cleaned_data["branch_id"]
        routes = {
            role: catalogue().route(
                role=role, topic_id=form.cleaned_data["topic_id"], branch_id=branch_id or 0, district_id=district_id
            )
            for role in StageRole.values
            if role != StageRole.APPLICANT
        }
        wanted = [route.division_id for route in routes.values() if route]
        names = Division.objects.select_related("branch").in_bulk(wanted)
        found = [
            {
                "role": role,
                "division": names.get(route.division_id) if route else None,
                "topic": catalogue().topics[route.topic_id].title if route and route.topic_id is not None else "",
                "local": bool(route and (route.branch_id or route.district_id)),
            }
            for role, route in routes.items()
        ]
    return render(request, "cases/_who_gets.html", {"found": found, "asked": form.is_valid()})
