"""Reference data that every installation has. Each loader may run again: it adds what is missing and keeps the rest."""

from collections.abc import Callable, Sequence

from opora.config.roles import define_roles
from opora.platform.access.models import User


def _load_roles(*, by: User) -> None:
    define_roles()


#: In the order of their dependence: what a line needs stands above it.
LOADERS: Sequence[Callable[..., object]] = (_load_roles,)


def load(*, by: User) -> None:
    """Load all of it, in the caller's transaction and scope."""
    for loader in LOADERS:
        loader(by=by)
