"""The network on the screen: its tree with states, an element with what feeds it and what it feeds, import."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opora.platform.access.models import User
from opora.platform.permissions import requires
from opora.registry.grid import operations, queries
from opora.registry.grid.csv_file import read_csv
from opora.registry.grid.forms import ImportForm
from opora.registry.grid.network import Network, NetworkFaulty, PositionChange
from opora.registry.grid.permissions import GridPermission
from opora.registry.grid.stages import PositionSource


@require_GET
@requires(GridPermission.VIEW)
def tree(request: HttpRequest, container_id: int | None = None) -> HttpResponse:
    """One level of the network: what stands there, and how it stands."""
    user = _user(request)
    level = queries.element_tree(container_id)
    context = {
        "tree": level,
        "here": level.path[-1] if level.path else None,
        "may_import": user.holds(GridPermission.IMPORT),
    }
    template = "grid/_level.html" if request.headers.get("HX-Request") else "grid/tree.html"
    return render(request, template, context)


@require_GET
@requires(GridPermission.VIEW)
def found(request: HttpRequest) -> HttpResponse:
    """Elements that fit what is being typed."""
    text = request.GET.get("q", "")[:200].replace("\0", "")
    return render(request, "grid/_found.html", {"text": text.strip(), "lines": queries.find_elements(text)})


@require_GET
@requires(GridPermission.VIEW)
def element(request: HttpRequest, element_id: int) -> HttpResponse:
    """An element whole."""
    template = "grid/_element.html" if request.headers.get("HX-Request") else "grid/element.html"
    return render(request, template, _card(request, element_id))


@require_POST
@requires(GridPermission.OPERATE)
def turn(request: HttpRequest, element_id: int) -> HttpResponse:
    """Enter that a switch has been opened or closed, now."""
    change = PositionChange(
        element_id=queries.element_of(element_id).pk,
        is_open=request.POST.get("is_open") == "true",
        at=timezone.now(),
        source=PositionSource.DISPATCHER,
    )
    import_string(settings.APPLY_POSITIONS)(changes=[change], by=_user(request))
    messages.success(request, _("The switch is open.") if change.is_open else _("The switch is closed."))
    return render(request, "grid/_element.html", _card(request, element_id))


@require_http_methods(["GET", "POST"])
@requires(GridPermission.IMPORT)
def import_files(request: HttpRequest) -> HttpResponse:
    """Compare files with the network; the same files once more, to bring it to them."""
    if request.method == "GET":
        return render(request, "grid/import.html", {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        response = render(request, "grid/_import_form.html", {"form": form}, status=422)
        response["HX-Retarget"], response["HX-Reswap"] = "#import-form", "outerHTML"
        return response
    chosen = {"part": form.cleaned_data["part"], "branch_id": form.cleaned_data["branch"]}
    digest = _digest(form.uploaded)
    try:
        network = _read(form.uploaded)
        asked, shown = request.POST.get("apply") == "yes", request.POST.get("digest") == digest
        if not (asked and shown):
            difference = operations.foresee_import(network=network, **chosen)
            context = {"difference": difference, "network": network, "digest": digest, "other_files": asked}
            return render(request, "grid/_difference.html", context, status=422 if asked else 200)
        difference = operations.import_network(network=network, by=_user(request), **chosen)
    except NetworkFaulty as refusal:
        return render(request, "grid/_faults.html", {"faults": refusal.faults}, status=422)
    pairs = {link.number: link.element for link in network.usage_points}
    bound = import_string(settings.BIND_USAGE_POINTS)(pairs=pairs, by=_user(request)).bound if pairs else 0
    _tell(request, sum(difference.counts.values()), bound)
    return HttpResponse(headers={"HX-Redirect": reverse("grid:tree")})


def _tell(request: HttpRequest, changes: int, bound: int) -> None:
    text = (
        ngettext("%d object of the network has changed.", "%d objects of the network have changed.", changes) % changes
    )
    if bound:
        text += " " + ngettext("%d usage point is bound.", "%d usage points are bound.", bound) % bound
    messages.success(request, text)


def _read(files: "Iterable[UploadedFile[Any]]") -> Network:
    with TemporaryDirectory() as folder:
        paths = []
        for number, file in enumerate(files):
            path = Path(folder, str(number), Path(file.name or "file").name)
            path.parent.mkdir()
            with path.open("wb") as target:
                target.writelines(file.chunks())
            paths.append(path)
        if all(path.suffix.lower() in (".csv", ".txt") for path in paths):
            return read_csv(paths)
        network: Network = import_string(settings.NETWORK_READER)(paths)
        return network


def _digest(files: "Iterable[UploadedFile[Any]]") -> str:
    found = hashlib.sha256()
    for file in files:
        for chunk in file.chunks():
            found.update(chunk)
    return found.hexdigest()


def _card(request: HttpRequest, element_id: int) -> dict[str, Any]:
    card = queries.element_card(element_id)
    tabs = import_string(settings.ELEMENT_TABS)(_user(request), element_id)
    return {"card": card, "line": card.line, "tabs": tabs, "may_operate": _user(request).holds(GridPermission.OPERATE)}


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
