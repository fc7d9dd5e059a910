import pytest
from django.db import transaction

from opora.config import reference
from opora.config.demo import build_demo
from opora.platform.access.operations import ensure_system_user
from opora.platform.scope import EVERYTHING, scoped


@pytest.fixture(scope="module")
def region(django_db_setup, django_db_blocker):
    """The small region, built once for the tests of a module and forgotten after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        with scoped(EVERYTHING):
            reference.load(by=ensure_system_user())
            build_demo(on_progress=lambda done, total: None, small=True)
        yield
        transaction.set_rollback(True)
