"""Reference data that every installation has. Each loader may run again: it adds what is missing and keeps the rest."""

from collections.abc import Callable, Sequence

from django.conf import settings

from opora.casework.cases.operations import load_passports, load_topics
from opora.casework.messaging.operations import load_templates
from opora.config.roles import define_roles
from opora.platform.access.models import User
from opora.platform.calendar.operations import load_builtin_years
from opora.processes.outages.operations import load_limits, load_outage_catalogue
from opora.registry.customers.operations import load_groups


def _load_roles(*, by: User) -> None:
    define_roles()


def _load_passports(*, by: User) -> None:
    load_passports(folder=settings.ROOT / "passports", by=by)


#: In the order of their dependence: what a line needs stands above it.
LOADERS: Sequence[Callable[..., object]] = (
    _load_roles,
    load_builtin_years,
    load_groups,
    load_topics,
    _load_passports,
    load_templates,
    load_outage_catalogue,
    load_limits,
)


def load(*, by: User) -> None:
    """Load all of it, in the caller's transaction and scope."""
    for loader in LOADERS:
        loader(by=by)
