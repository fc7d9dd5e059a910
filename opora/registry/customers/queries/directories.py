"""Groups and branches that a user may choose from: those of his scope."""

from django.db.models import QuerySet

from opora.platform.scope import current_scope
from opora.registry.customers.models import CustomerGroup
from opora.registry.organization.models import Branch
from opora.registry.organization.queries import branches


def visible_groups() -> QuerySet[CustomerGroup]:
    """Groups whose customers may be seen, by name."""
    return _groups(current_scope().groups_seen)


def editable_groups() -> QuerySet[CustomerGroup]:
    """Groups into which customers may be put, by name."""
    return _groups(current_scope().groups_edited)


def visible_branches() -> QuerySet[Branch]:
    """Branches whose customers may be seen, the head office first."""
    scope = current_scope()
    return branches() if scope.everything else branches().filter(pk__in=scope.branches)


def _groups(ids: frozenset[int]) -> QuerySet[CustomerGroup]:
    found = CustomerGroup.objects.order_by("name", "pk")
    return found if current_scope().everything else found.filter(pk__in=ids)
