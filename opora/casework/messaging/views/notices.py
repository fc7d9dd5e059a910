"""The bell, and the page behind it."""

from django.contrib import messages as toasts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from opora.casework.messaging.operations import mark_all_read, mark_read
from opora.casework.messaging.queries import notice_of, notices_of, unread_count
from opora.platform.access.models import User
from opora.platform.permissions import signed_in
from opora.platform.rest.cursors import slice_of

_MOST_SHOWN = 99


@require_GET
@signed_in
def bell(request: HttpRequest) -> HttpResponse:
    """How many notices are new; nothing when there are none."""
    assert isinstance(request.user, User)
    count = unread_count(request.user)
    shown = "" if not count else str(count) if count <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
    return HttpResponse(shown, content_type="text/plain; charset=utf-8")


@require_GET
@signed_in
def notices(request: HttpRequest) -> HttpResponse:
    """Show the user's notices, the newest first."""
    assert isinstance(request.user, User)
    page = slice_of(notices_of(request.user), by=["-pk"], cursor=request.GET.get("after", ""))
    context = {"notices": page.rows, "next": page.cursor, "unread": unread_count(request.user)}
    part = request.headers.get("HX-Target") == "notices"
    return render(request, "messaging/_notices.html" if part else "messaging/notices.html", context)


@require_GET
@signed_in
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Go to what the notice speaks of; it is read by that."""
    assert isinstance(request.user, User)
    notice = notice_of(request.user, notice_id)
    mark_read(notice_ids=[notice.pk], by=request.user)
    own = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if own else reverse("messaging:notices"))


@require_POST
@signed_in
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one notice as read."""
    assert isinstance(request.user, User)
    mark_read(notice_ids=[notice_id], by=request.user)
    return _followed()


@require_POST
@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    """Empty the bell."""
    assert isinstance(request.user, User)
    count = mark_all_read(by=request.user)
    said = ngettext("%d notice is read", "%d notices are read", count)
    toasts.success(request, said % count)
    return _followed()


def _followed() -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Trigger": "notices-changed"})
