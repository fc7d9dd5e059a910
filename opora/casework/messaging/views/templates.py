"""Templates of messages: the words, a preview of what people will get, every version."""

from django.conf import settings
from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.casework.messaging import queries
from opora.casework.messaging.forms import TemplateForm
from opora.casework.messaging.models import MessageTemplate
from opora.casework.messaging.operations import change_template
from opora.casework.messaging.permissions import MessagingPermission
from opora.casework.messaging.rules import EXAMPLES, STANDARD_FIELDS, fields_of, filled
from opora.platform.access.models import User
from opora.platform.permissions import requires


@require_GET
@requires(MessagingPermission.CONFIGURE)
def listing(request: HttpRequest) -> HttpResponse:
    """Show the templates in force."""
    return render(request, "messaging/templates.html", {"templates": queries.templates()})


@require_http_methods(["GET", "POST"])
@requires(MessagingPermission.CONFIGURE)
def template(request: HttpRequest, template_id: int) -> HttpResponse:
    """Show a version of a template; the one in force may be replaced."""
    assert isinstance(request.user, User)
    shown = queries.template(template_id)
    initial = {"subject": shown.subject, "body": shown.body}
    form = TemplateForm(request.POST or None, initial=initial, channel=shown.channel)
    if form.is_valid():
        words = form.cleaned_data
        saved = change_template(
            template_id=template_id, subject=words.get("subject", ""), body=words["body"], by=request.user
        )
        toasts.success(request, _("Saved as version %d") % saved.version)
        return HttpResponse(headers={"HX-Redirect": reverse("messaging:template", args=[saved.pk])})
    context = {
        "template": shown,
        "form": form,
        "versions": queries.versions_of(shown.code, shown.channel),
        "fields": _examples(shown),
        **_preview(shown, shown.subject, shown.body),
    }
    status = 422 if form.is_bound else 200
    page = "messaging/_template_form.html" if form.is_bound else "messaging/template.html"
    return render(request, page, context, status=status)


@require_POST
@requires(MessagingPermission.CONFIGURE)
def preview(request: HttpRequest, template_id: int) -> HttpResponse:
    """Show what people would get by the words as they are typed."""
    shown = queries.template(template_id)
    context = _preview(shown, request.POST.get("subject", ""), request.POST.get("body", ""))
    return render(request, "messaging/_preview.html", context)


def _preview(shown: MessageTemplate, subject: str, body: str) -> dict[str, object]:
    values = _examples(shown)
    return {
        "template": shown,
        "preview_subject": filled(subject, values),
        "preview_body": filled(body, values),
        "strange": [name for name in fields_of(subject, body) if name not in values],
    }


def _examples(shown: MessageTemplate) -> dict[str, str]:
    """What the preview puts in place of each field that the words may use."""
    known = {**EXAMPLES, **settings.MESSAGE_FIELDS}
    return {name: known.get(name, "…") for name in [*shown.fields, *STANDARD_FIELDS]}
