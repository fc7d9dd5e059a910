"""Locking an outage before it is changed."""

from django.utils.translation import gettext as _

from opora.platform.errors import EditForbidden, NotVisible
from opora.platform.scope import current_scope
from opora.processes.outages.models import Outage


def locked_outage(outage_id: int) -> Outage:
    """Lock the outage for the rest of the transaction.

    That there is an outage is no secret; to change it, one must work in its branch.

    :raises NotVisible: when there is none.
    :raises EditForbidden: when it lies in a branch that is not his.
    """
    outage = Outage.objects.select_for_update().filter(pk=outage_id).first()
    if outage is None:
        raise NotVisible(_("There is no such outage."), field="outage_id")
    check_branch(outage.branch_id)
    return outage


def check_branch(branch_id: int) -> None:
    """Refuse whoever does not work in the branch.

    :raises EditForbidden: then.
    """
    scope = current_scope()
    if not scope.everything and branch_id not in scope.branches:
        raise EditForbidden(_("This is an outage of another branch: its own dispatchers deal with it."))
