from datetime import UTC, datetime, timedelta

import pytest

from opora.platform.access.models import Role
from opora.platform.access.operations import define_role, ensure_system_user
from opora.platform.rest.cursors import BadCursor, decode, encode, slice_of
from opora.platform.rest.models import IdempotentRequest

pytestmark = pytest.mark.django_db


def walk(rows, *, by, limit, meanwhile=lambda: None):
    seen, cursor = [], ""
    while True:
        page = slice_of(rows, by=by, cursor=cursor, limit=limit)
        seen += [row.pk for row in page.rows]
        meanwhile()
        if not page.cursor:
            return seen
        cursor = page.cursor


def test_pages_hold_every_row_once_while_rows_are_added():
    old = [define_role(code=f"role-{i:02}", name="", permissions=[]).pk for i in range(25)]
    new = iter(range(100))

    seen = walk(
        Role.objects.all(),
        by=["-code"],
        limit=10,
        meanwhile=lambda: define_role(code=f"role-{next(new):02}x", name="", permissions=[]),
    )

    assert len(seen) == len(set(seen))
    assert [pk for pk in seen if pk in old] == sorted(old, reverse=True)


@pytest.mark.parametrize("by", [["created_at", "pk"], ["-created_at", "-pk"]])
def test_equal_moments_are_told_apart_by_the_last_field(by):
    user = ensure_system_user()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for i in range(9):
        IdempotentRequest.objects.create(user=user, key=str(i), method="POST", path="/", digest="")
        IdempotentRequest.objects.filter(key=str(i)).update(created_at=start + timedelta(seconds=i // 4))

    seen = walk(IdempotentRequest.objects.all(), by=by, limit=2)

    assert seen == list(IdempotentRequest.objects.order_by(*by).values_list("pk", flat=True))
    assert len(seen) == 9


@pytest.mark.parametrize("cursor", ["?", "abc", encode([1, 2]), encode(["one"]), encode([{}]), "кириллица", "e30"])
def test_a_spoiled_cursor_is_refused(cursor):
    with pytest.raises(BadCursor) as refusal:
        slice_of(Role.objects.all(), by=["pk"], cursor=cursor, limit=5)

    assert refusal.value.field == "cursor"


def test_a_cursor_gives_back_its_values():
    assert decode(encode(["Ёлкин", 17])) == ["Ёлкин", 17]


def test_an_order_of_both_directions_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="same way"):
        slice_of(Role.objects.all(), by=["code", "-pk"])
