"""The answer to something done on the page of a case: nothing to put in place, but everything around must follow."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

#: What the parts of the page that show the case wait for.
CHANGED = "case-changed"


def changed(request: HttpRequest, said: str, *, undo: str = "") -> HttpResponse:
    """Say that it is done, close the dialog it was done in, and let the page follow.

    :param undo: the address that takes it back.
    """
    messages.success(request, said, extra_tags=undo)
    return HttpResponse(status=204, headers={"HX-Trigger": CHANGED})


def dialog(request: HttpRequest, *, status: int = 200, **context: object) -> HttpResponse:
    """A form in the dialog of the page.

    :param context: form, title, button; perhaps says, danger, wide.
    """
    return render(request, "cases/_action.html", {"url": request.path, **context}, status=status)
