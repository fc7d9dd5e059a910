"""The tree of topics: added to, renamed, moved, closed. The regulator's rows stay."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.casework.cases.forms.catalogue import NewTopicForm, TopicForm
from opora.casework.cases.operations import add_topic, change_topic
from opora.casework.cases.permissions import CasePermission
from opora.casework.cases.queries.catalogue import catalogue, topic_row
from opora.casework.cases.views.done import changed, dialog
from opora.platform.access.models import User
from opora.platform.names import sort_key, words
from opora.platform.permissions import requires


@require_GET
@requires(CasePermission.CONFIGURE)
def topics(request: HttpRequest) -> HttpResponse:
    """Show the tree, or what of it has the words."""
    asked = words(request.GET.get("text", "")[:200])
    everything = list(catalogue().topics.values())
    rows = [row for row in everything if all(word in sort_key(row.title) for word in asked)]
    context = {"rows": [(row, len(row.path) - 1) for row in rows], "text": request.GET.get("text", "")}
    template = "cases/_topic_rows.html" if request.headers.get("HX-Target") == "topic-rows" else "cases/topics.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.CONFIGURE)
def add(request: HttpRequest) -> HttpResponse:
    """Add a topic below another."""
    assert isinstance(request.user, User)
    form = NewTopicForm(request.POST or None, initial={"parent_id": request.GET.get("under")})
    if form.is_valid():
        given = form.cleaned_data
        add_topic(code=given["code"], name=given["name"], parent_id=given["parent_id"], by=request.user)
        return changed(request, _("The topic is added"))
    status = 422 if form.is_bound else 200
    return dialog(request, form=form, title=_("New topic"), button=_("Add"), status=status)


@require_http_methods(["GET", "POST"])
@requires(CasePermission.CONFIGURE)
def change(request: HttpRequest, topic_id: int) -> HttpResponse:
    """Rename or move a topic; cases keep it."""
    assert isinstance(request.user, User)
    row = topic_row(topic_id)
    initial = {"name": row.name, "parent_id": row.parent_id, "version": row.version}
    form = TopicForm(request.POST or None, initial=initial, without=topic_id)
    if form.is_valid():
        given = form.cleaned_data
        change_topic(
            topic_id=topic_id,
            name=given["name"],
            parent_id=given["parent_id"],
            active=row.active,
            version=given["version"] or 0,
            by=request.user,
        )
        return changed(request, _("The topic is changed"))
    status = 422 if form.is_bound else 200
    says = _("Cases keep the topic under its new name and place.")
    return dialog(request, form=form, title=_("Change the topic"), button=_("Save"), says=says, status=status)


@require_POST
@requires(CasePermission.CONFIGURE)
def set_active(request: HttpRequest, topic_id: int, version: int, active: str) -> HttpResponse:
    """Close a topic for new cases, or open it again."""
    assert isinstance(request.user, User)
    row = topic_row(topic_id)
    opened = active == "open"
    topic = change_topic(
        topic_id=topic_id, name=row.name, parent_id=row.parent_id, active=opened, version=version, by=request.user
    )
    if opened:
        return changed(request, _("The topic may be chosen again"))
    undo = reverse("cases:topic_active", args=[topic_id, topic.version, "open"])
    return changed(request, _("The topic is closed for new cases"), undo=undo)
