"""Field crews of the demo region: one for each district."""

from opora.platform.access.models import User
from opora.processes.outages.operations import add_brigade
from opora.registry.organization.models import District


def build_crews(*, by: User) -> None:
    """Give every district a crew."""
    for district in District.objects.order_by("branch__code", "code"):
        add_brigade(branch_id=district.branch_id, district_id=district.pk, name=f"ОВБ {district.name}"[:100], by=by)
