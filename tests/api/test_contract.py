"""The API against its own description: schemathesis calls every operation with right and with wrong data."""

import json
from datetime import UTC, datetime

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings, strategies
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure

from opora.config.api import api
from opora.platform.access.permissions import AccessPermission
from opora.registry.organization.permissions import OrganizationPermission
from tests.api.conftest import make_caller

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

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"allow-x00": False},
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "403", "404", "409", "422"]}},
    }
)
description = schemathesis.openapi.from_dict(
    json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"))), config=CONFIG
)
description.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def _one_connection_for_all_requests():
    """The application runs in the test's own transaction, as it does under Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token():
    return make_caller([*AccessPermission, *OrganizationPermission]).secret


@description.parametrize()
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_every_operation_keeps_its_description(case, token):
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"})
