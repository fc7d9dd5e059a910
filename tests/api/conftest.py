"""Callers of the API, each with a real token."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from opora.platform.access.models import User
from opora.platform.access.operations import create_user, define_role, ensure_system_user, issue_token
from opora.platform.scope import EVERYTHING, Scope, scoped
from tests.api.region import make_region

_numbers = count(1)


@dataclass(frozen=True)
class Caller:
    """A program with a token. It sends all its requests over one client, as it would over one connection."""

    user: User
    secret: str

    @cached_property
    def client(self) -> Client:
        return Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.client.get(f"/api/v1{path}", query, headers=self.headers())

    def follow(self, address: str) -> HttpResponse:
        return self.client.get(address, headers=self.headers())

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **({"Idempotency-Key": key} if key else {}), **headers)

    def patch(self, path: str, body: Any) -> HttpResponse:
        return self.send("PATCH", path, body)

    def put(self, path: str, body: Any) -> HttpResponse:
        return self.send("PUT", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path, None)

    def upload(self, path: str, *, key: str | None = None, **files: Any) -> HttpResponse:
        """Send files as a form does; several under one name in a list."""
        headers = {**self.headers(), **({"Idempotency-Key": key} if key else {})}
        return self.client.post(f"/api/v1{path}", files, headers=headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> HttpResponse:
        data = body if isinstance(body, bytes) else json.dumps(body) if body is not None else b""
        return self.client.generic(
            method, f"/api/v1{path}", data, content_type="application/json", headers={**self.headers(), **headers}
        )

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}", "Accept-Language": "en"}


def make_caller(permissions: Iterable[Any], scope: Scope = EVERYTHING) -> Caller:
    number = next(_numbers)
    with scoped(EVERYTHING):
        system = ensure_system_user()
        role = define_role(code=f"caller-{number}", name=f"Caller {number}", permissions=permissions)
        user = create_user(username=f"caller-{number}", password=None, roles=[role.code], scope=scope, by=system)
        _token, secret = issue_token(
            user_id=user.pk,
            name="tests",
            permissions=role.permissions,
            expires_at=timezone.now() + timedelta(days=1),
            by=system,
        )
    return Caller(user=user, secret=secret)


@pytest.fixture
def caller():
    """Make a caller with these permissions and this scope."""
    return lambda *permissions, scope=EVERYTHING: make_caller(permissions, scope)


@pytest.fixture
def region(db):
    """Two branches with people, customers of two groups, topics, passports and routing rules."""
    return make_region()
