"""The API against its own description: schemathesis calls every operation with right and with wrong data."""

import json
from datetime import UTC, datetime

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from hypothesis import HealthCheck, settings, strategies
from ninja import Schema
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure

from opora.casework.cases.permissions import CasePermission
from opora.casework.messaging.permissions import MessagingPermission
from opora.config.api import api
from opora.platform.access.permissions import AccessPermission
from opora.processes.outages.permissions import OutagePermission
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.grid.permissions import GridPermission
from opora.registry.organization.permissions import OrganizationPermission
from tests.api.conftest import make_caller
from tests.api.region import make_region

pytestmark = pytest.mark.django_db


class WellFormedRefused(Failure):
    """Data that fits the description may be refused by a rule, never as malformed."""


@schemathesis.check
def only_a_rule_refuses_well_formed_data(ctx, response, case):
    positive = case.meta is not None and case.meta.generation.mode.is_positive
    if positive and response.status_code in (400, 415, 422) and response.json()["code"] in ("invalid", "not_json"):
        raise WellFormedRefused(operation=case.operation.label, title="Refused", message=response.text)


#: Years that the description allows: without this hint most generated moments would be thrown away.
_MOMENTS = strategies.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=strategies.just(UTC))
schemathesis.openapi.format("date-time", _MOMENTS.map(datetime.isoformat))
schemathesis.openapi.format("date", _MOMENTS.map(lambda moment: moment.date().isoformat()))

#: They take the filter of the list beside them, whose every parameter is tried at its borders there.
ALIKE = ("/api/v1/cases/count", "/api/v1/cases/export", "/api/v1/customers/count")

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"allow-x00": False},
        "phases": {"coverage": {"unexpected-methods": ["TRACE"]}},  # one door answers them all with 405
        "operations": [{"include-path": path, "phases": {"coverage": {"enabled": False}}} for path in ALIKE],
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "403", "404", "409", "422"]}},
    }
)
description = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))), config=CONFIG
)
description.app = get_wsgi_application()


@pytest.fixture(scope="module")
def token(django_db_setup, django_db_blocker):
    """A program that may do everything in a small region with one case; made once, each test is undone after itself."""
    with django_db_blocker.unblock(), transaction.atomic():
        region = make_region()
        with connection.cursor() as cursor:  # so that no test guesses the program's own key and revokes it
            cursor.execute("select count(nextval('access_apitoken_id_seq')) from generate_series(1, 12345)")
        own = (
            AccessPermission,
            OrganizationPermission,
            GridPermission,
            CustomerPermission,
            CasePermission,
            MessagingPermission,
            OutagePermission,
            TelecontrolPermission,
        )
        program = make_caller([permission for kind in own for permission in kind])
        assert program.post("/cases", region.case(channel="WEB")).status_code == 201
        yield program.secret
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _one_connection_for_all_requests(token):
    """The application runs in the test's own transaction, as under Django's test client (used by `token`)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_a_name_in_the_description_means_one_thing():
    meanings = {}
    for schema in schemas_below(Schema):
        described = schema.model_json_schema(ref_template="{model}")
        for name, meaning in {**described.pop("$defs", {}), schema.__name__: described}.items():
            assert meanings.setdefault(name, meaning) == meaning, (
                f"two schemas or choices are called {name}: see `codes`"
            )


def schemas_below(kind):
    for below in kind.__subclasses__():
        if below.__module__.startswith("opora.") and "[" not in below.__name__:
            yield below
        yield from schemas_below(below)


@description.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_every_operation_keeps_its_description(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
