"""Rules that import-linter cannot see. Each failure message says what to do."""

import ast
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from importlib import import_module
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import translation

from opora.casework.cases.models import Case
from opora.config import catalogues
from opora.config.database import ROLE
from opora.config.roles import ROLES
from opora.registry.customers.models import Customer

ROOT = Path(__file__).parent.parent
PUBLIC = {"operations", "queries", "events", "models", "stages", "permissions", "transports", "network"}
DOORS = {"views", "api", "forms", "handlers", "urls", "middleware", "stream"}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
MAX_LINES = 400
SOURCES = (
    "opora/**/*.py",
    "opora/**/*.html",
    "frontend/src/**/*.js",
    "frontend/src/**/*.css",
    "tests/**/*.py",
    "bench/**/*.py",
)


def test_modules_touch_each_other_only_through_public_files():
    graph = grimp.build_graph("opora", exclude_type_checking_imports=True)
    broken = [
        f"{importer} -> {imported}"
        for importer in graph.modules
        if module_of(importer) and ".tests" not in importer
        for imported in graph.find_modules_directly_imported_by(importer)
        if module_of(imported) not in (None, module_of(importer))
        and not imported.startswith("opora.platform.")
        and imported.split(".")[3:4] not in [[name] for name in PUBLIC]
    ]
    assert not broken, f"import operations or queries instead: {broken}"


def test_foreign_keys_point_down():
    height = heights()
    broken = [
        f"{model._meta.label}.{field.name} -> {target._meta.label}"
        for model in own_models()
        for field, target in keys_of(model)
        if target is not get_user_model()  # AUTH_USER_MODEL: the one exception
        and module_of(target.__module__) in height
        and module_of(target.__module__) != module_of(model.__module__)
        and height[module_of(target.__module__)] >= height[module_of(model.__module__)]
    ]
    assert not broken, f"move the key to the upper module: {broken}"


def test_doors_do_not_write_to_the_database():
    broken = [
        f"{path.relative_to(ROOT)}:{node.lineno} .{node.func.attr}()"
        for path in (ROOT / "opora").rglob("*.py")
        if DOORS & {path.stem, path.parent.name} and "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and ast.unparse(node.func.value) != "router"  # `@router.delete(...)` names a method of HTTP
    ]
    assert not broken, f"write in operations.py: {broken}"


def test_nothing_hangs_on_signals():
    broken = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "opora").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom)
        and ((node.module or "").startswith("django.dispatch") or (node.module or "").endswith(".signals"))
    ]
    assert not broken, f"publish an event and subscribe in config/subscriptions.py: {broken}"


def test_files_stay_readable():
    broken = [
        f"{path.relative_to(ROOT)}: {lines}"
        for pattern in SOURCES
        for path in ROOT.glob(pattern)
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > MAX_LINES
    ]
    assert not broken, f"split by noun: {broken}"


def test_every_view_and_api_operation_names_its_permission():
    broken = [pattern.lookup_str for pattern in patterns(get_resolver()) if not permission_of(pattern.callback)]
    assert not broken, f"add @requires(...), @signed_in or @public: {broken}"


def test_every_permission_belongs_to_its_module_and_to_a_role():
    granted = {permission for _name, permissions in ROLES.values() for permission in permissions}
    declared = [permission for kind in permission_enums() for permission in kind]
    strangers = [p for p in declared if not p.value.startswith(p.__class__.__module__.split(".")[-2] + ".")]

    assert not strangers, f"name it <module>.<action>: {strangers}"
    assert set(declared) == granted, f"give it to a role in config/roles.py: {sorted(set(declared) ^ granted)}"


def test_texts_have_their_russian():
    found = catalogues.problems()
    assert not found, "run: make messages, and translate:\n" + "\n".join(found)


def test_migrations_agree_with_models():
    loader = MigrationLoader(None)
    with translation.override(None):  # names of fields are compared as they are written
        changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    own = {app.label for app in apps.get_app_configs() if app.name.startswith("opora.")}
    missing = {label: [str(m.operations) for m in made] for label, made in changes.items() if label in own}
    assert not missing, f"run: opora manage makemigrations: {missing}"


@pytest.mark.django_db
def test_tables_with_customers_data_are_guarded_by_row_level_security():
    with connection.cursor() as cursor:
        cursor.execute("select relname from pg_class where relrowsecurity")
        guarded = {name for (name,) in cursor.fetchall()}
    broken = [model._meta.db_table for model in own_models() if leads_to_customers(model)]
    broken = sorted(set(broken) - guarded)
    assert not broken, f"call protect(...) or protect_through(...) in a migration: {broken}"


@pytest.mark.django_db
def test_the_application_owns_no_table_and_passes_no_policy():
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind in ('r', 'p') and pg_has_role(%s, relowner, 'usage')", [ROLE]
        )
        owned = [name for (name,) in cursor.fetchall()]
        cursor.execute("select rolsuper or rolbypassrls from pg_roles where rolname = %s", [ROLE])
        (passes,) = cursor.fetchone()
    assert owned == []
    assert passes is False


# --- what the tests ask


def module_of(dotted: str) -> str | None:
    """`opora.registry.customers` of anything inside it; nothing of files that stand on a floor alone or in config."""
    parts = dotted.split(".")
    if parts[0] != "opora" or len(parts) < 3 or parts[1] == "config":
        return None
    name = ".".join(parts[:3])
    return name if (ROOT / name.replace(".", "/")).is_dir() else None


def heights() -> dict[str, int]:
    """How high each module stands, by the contracts of import-linter; equal ones may not know each other."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = {
        container: contract["layers"]
        for contract in config["contracts"]
        for container in contract["containers"]
        if container.count(".") <= 1
    }
    floors = layers["opora"]
    return {
        f"opora.{floor}.{name.strip(' ()')}": (len(floors) - number) * 100 - depth
        for number, floor in enumerate(floors)
        for depth, line in enumerate(layers.get(f"opora.{floor}", []))
        for name in line.replace(":", "|").split("|")
    }


def own_models() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model.__module__.startswith("opora.") and model._meta.managed]


def keys_of(model: type[models.Model]) -> Iterator[tuple[models.Field, type[models.Model]]]:
    for field in model._meta.get_fields():
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type):
            yield field, field.related_model


def leads_to_customers(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    """Whether its keys, or the keys of what they point to, arrive at a customer or a case."""
    if model in (Customer, Case):
        return True
    return any(
        leads_to_customers(target, seen | {model})
        for field, target in keys_of(model)
        if not field.many_to_many and target not in seen | {model}
    )


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from patterns(item)
        else:
            yield item


def permission_of(view: object) -> object:
    while not hasattr(view, "permission") and hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return getattr(view, "permission", None)


def permission_enums() -> Iterator[type[StrEnum]]:
    for path in sorted((ROOT / "opora").glob("*/*/permissions.py")):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        yield from (
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
        )
