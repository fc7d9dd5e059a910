"""The description of the API, completed with what holds for every operation."""

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from opora.platform.permissions import PUBLIC
from opora.platform.rest.problems import MEDIA_TYPE
from opora.platform.rest.schemas import Problem

if TYPE_CHECKING:
    from ninja import NinjaAPI

#: Status → when, and the methods that may answer so.
REFUSALS = {
    400: ("The request cannot be read.", "POST PATCH PUT DELETE"),
    401: ("No token, or an unknown, revoked or expired one.", "GET POST PATCH PUT DELETE"),
    403: ("The permission is missing, or the thing may be seen but not changed.", "GET POST PATCH PUT DELETE"),
    404: ("There is no such thing, or it lies outside the scope.", "GET POST PATCH PUT DELETE"),
    409: ("A rule, a newer version, or the same idempotency key stand against it.", "POST PATCH PUT DELETE"),
    413: ("The request is too big.", "POST PATCH PUT"),
    415: ("The body is not of the expected type.", "POST PATCH PUT"),
    422: ("The request has mistakes: see `errors`; or a rule refuses it: see `code`.", "GET POST PATCH PUT DELETE"),
    429: ("Too many requests: come back after `Retry-After` seconds.", "GET POST PATCH PUT DELETE"),
    500: ("Opora failed; nothing was saved.", "GET POST PATCH PUT DELETE"),
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Your own key of this piece of work. Sent again with the same request, it gives the first answer"
    " and does nothing twice; with another request, 409 `idempotency_key_reused`. Kept for two days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}


class Docs(Swagger):
    """Swagger from the package's own files: no page needs the internet."""

    def render_page(self, request: HttpRequest, api: "NinjaAPI", **kwargs: Any) -> HttpResponse:
        options = {**self.settings, "url": self.get_openapi_url(api, kwargs), "persistAuthorization": True}
        context = {"swagger_settings": json.dumps(options), "api": api, "add_csrf": True}
        return render(request, self.template, context)


def complete(schema: OpenAPISchema, api: "NinjaAPI") -> OpenAPISchema:
    """Add security, refusals and the idempotency key to every operation."""
    components = schema["components"]
    problem = Problem.model_json_schema(ref_template=REF_TEMPLATE)
    components["schemas"].update(problem.pop("$defs"), Problem=problem)
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Issued by `POST /api/v1/tokens`"},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "With X-CSRFToken"},
    }
    components["responses"] = {
        f"Refused{status}": {
            "description": why,
            "content": {MEDIA_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}},
        }
        for status, (why, _methods) in REFUSALS.items()
    }
    permissions = {
        op.operation_id: op.view_func.permission  # type: ignore[attr-defined]
        for router in api._get_bound_routers()
        for path_view in router.path_operations.values()
        for op in path_view.operations
    }
    for path in schema["paths"].values():
        for method, operation in path.items():
            _complete(operation, method.upper(), permissions[operation["operationId"]])
    return schema


def _complete(operation: dict[str, Any], method: str, permission: str) -> None:
    responses = operation["responses"]
    for status, (_why, methods) in REFUSALS.items():
        if method in methods.split() and status not in responses:
            responses[status] = {"$ref": f"#/components/responses/Refused{status}"}
    if permission == PUBLIC:
        return
    operation["security"] = [{"token": []}, {"session": []}]
    operation["x-permission"] = str(permission)
    note = f"Permission: `{permission}`."
    operation["description"] = "\n\n".join(filter(None, [operation.get("description"), note]))
    if method == "POST":
        operation["parameters"] = [*operation["parameters"], _KEY]
