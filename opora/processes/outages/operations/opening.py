"""A new outage: its number and its place."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from opora.platform.access.models import User
from opora.platform.errors import BusinessError, NotVisible
from opora.platform.numbering.operations import next_number
from opora.processes.outages.models import Outage
from opora.processes.outages.operations.ledger import Place
from opora.processes.outages.rules import outage_number
from opora.processes.outages.stages import OutageKind, Source, Stage
from opora.registry.grid.models import Container, Element
from opora.registry.organization.models import Branch


class PlaceNeeded(BusinessError):
    code = "place_needed"


def open_outage(
    *,
    stage: Stage,
    source: Source,
    by: User,
    element: Element | None = None,
    place: Place | None,
    started_at: datetime | None = None,
    suspected_until: datetime | None = None,
    kind: OutageKind = OutageKind.EMERGENCY,
    area: str = "",
    parent_id: int | None = None,
) -> Outage:
    """Write the outage; nobody is cut off by it yet.

    :param place: where it is, as far as that is known; what nobody has placed is the head office's.
    :raises PlaceNeeded: when nothing says which branch it belongs to.
    :raises NotVisible: when there is no such branch.
    """
    found = place or _head(element)
    if found is None:
        raise PlaceNeeded(_("Nothing says where it is: choose the branch."), field="branch_id")
    branch = Branch.objects.filter(pk=found.branch_id).first()
    if branch is None:
        raise NotVisible(_("There is no such branch."), field="branch_id")
    year = timezone.localtime(started_at or timezone.now()).year
    return Outage.objects.create(
        number=outage_number(
            planned=kind == OutageKind.PLANNED, branch_code=branch.code, year=year,
            sequence=next_number(f"outage_{branch.pk}_{year}"),
        ),
        kind=kind,
        stage=stage,
        source=source,
        branch=branch,
        district_id=found.district_id,
        element=element,
        area=area,
        parent_id=parent_id,
        started_at=started_at,
        suspected_until=suspected_until,
        registered_by=by,
    )  # fmt: skip


def place_in_network(element: Element | None) -> Place | None:
    """The branch and district of the nearest container that has them."""
    above: Container | None = element.container if element else None
    while above is not None:
        if above.branch_id is not None:
            return Place(above.branch_id, above.district_id)
        above = above.parent
    return None


def _head(element: Element | None) -> Place | None:
    """The head office answers for what nobody has placed in a branch."""
    head = Branch.objects.filter(is_head=True).values_list("pk", flat=True).first() if element else None
    return Place(head, None) if head else None
