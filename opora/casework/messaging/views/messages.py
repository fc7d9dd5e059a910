"""Messages: what waits, what did not arrive and why, one message with its attempts."""

from typing import Any

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from opora.casework.messaging.forms import MessageFilterForm
from opora.casework.messaging.models import MessageAttempt
from opora.casework.messaging.operations import cancel_message, retry_message
from opora.casework.messaging.operations.reading import read_message
from opora.casework.messaging.permissions import MessagingPermission
from opora.casework.messaging.queries import count_up_to, messages
from opora.casework.messaging.stages import State
from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.platform.rest.cursors import slice_of

#: Further than this nobody counts on a screen.
MOST = 1000


@require_GET
@requires(MessagingPermission.RETRY)
def listing(request: HttpRequest) -> HttpResponse:
    """Show messages under the filters of the address."""
    form = MessageFilterForm(request.GET)
    page = slice_of(messages(form.wanted()), by=["-pk"], cursor=request.GET.get("after", ""))
    context = {
        "form": form,
        "rows": page.rows,
        "next": page.cursor,
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "quick": _quick_views(request),
    }
    part = request.headers.get("HX-Target") == "rows"
    return render(request, "messaging/_rows.html" if part else "messaging/list.html", context)


@require_GET
@requires(MessagingPermission.VIEW)
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show what was written to whom, and every attempt to deliver it."""
    assert isinstance(request.user, User)
    card = read_message(message_id=message_id, by=request.user)
    context = {"message": card.message, "attempts": [_line(attempt) for attempt in card.attempts]}
    part = request.headers.get("HX-Target") == "message"
    return render(request, "messaging/_message.html" if part else "messaging/message.html", context)


@require_POST
@requires(MessagingPermission.RETRY)
def retry(request: HttpRequest, message_id: int) -> HttpResponse:
    """Send again what did not go."""
    assert isinstance(request.user, User)
    retry_message(message_id=message_id, by=request.user)
    return _changed(request, _("The message is queued again"))


@require_POST
@requires(MessagingPermission.RETRY)
def cancel(request: HttpRequest, message_id: int) -> HttpResponse:
    """Keep a waiting message from going."""
    assert isinstance(request.user, User)
    cancel_message(message_id=message_id, by=request.user)
    return _changed(request, _("The message will not be sent"))


def _changed(request: HttpRequest, said: str) -> HttpResponse:
    toasts.success(request, said)
    return HttpResponse(status=204, headers={"HX-Trigger": "messages-changed"})


def _quick_views(request: HttpRequest) -> list[dict[str, Any]]:
    chosen = request.GET.get("state", "")
    views = [
        ("", _("All"), None),
        ("waiting", _("On their way"), count_up_to(MOST, [State.QUEUED, State.SENDING])),
        (State.FAILED.value, _("Not delivered"), count_up_to(MOST, [State.FAILED])),
        (State.EXPIRED.value, _("Out of date"), count_up_to(MOST, [State.EXPIRED])),
        (State.SUPPRESSED.value, _("Not sent"), None),
    ]
    return [
        {
            "query": f"?state={state}" if state else "?",
            "title": title,
            "count": None if not count else f"{MOST}+" if count == MOST else str(count),
            "chosen": chosen == state,
        }
        for state, title, count in views
    ]


def _line(attempt: MessageAttempt) -> dict[str, Any]:
    """An attempt as a line of history."""
    tones = {
        MessageAttempt.Outcome.ACCEPTED: ("good", "check"),
        MessageAttempt.Outcome.DELIVERED: ("good", "checks"),
        MessageAttempt.Outcome.LATER: ("warn", "clock"),
        MessageAttempt.Outcome.REFUSED: ("bad", "x"),
    }
    known = attempt.outcome != ""
    tone, icon = tones[MessageAttempt.Outcome(attempt.outcome)] if known else ("info", "send")
    words = [attempt.get_reason_display() if attempt.reason else "", attempt.detail]
    return {
        "at": attempt.finished_at or attempt.started_at,
        "title": _("Attempt %(number)d: %(outcome)s")
        % {"number": attempt.number, "outcome": attempt.get_outcome_display() if known else _("under way")},
        "tone": tone,
        "icon": icon,
        "text": "\n".join(filter(None, words)),
    }
