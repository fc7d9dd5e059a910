"""What may be put into the fields of a card, checked by the rules of the table before the database sees it."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from opora.platform.errors import BusinessError


class WrongValue(BusinessError):
    """A value that the field cannot hold, or a field that is not changed here: `field` says which."""

    code = "wrong_value"


def taken_over(thing: Model, changes: Mapping[str, Any], *, allowed: Collection[str]) -> list[str]:
    """Put the changes into the row and return the names of the fields that have become others, sorted.

    :raises WrongValue: naming the field.
    """
    for name in changes:
        if name not in allowed:
            raise WrongValue(_("“%s” cannot be changed here.") % name, field=name)
    before = {name: getattr(thing, name) for name in changes}
    put(thing, changes)
    return sorted(name for name in changes if getattr(thing, name) != before[name])


def put(thing: Model, values: Mapping[str, Any]) -> None:
    """Put checked values into the row; the ends of texts are stripped.

    :raises WrongValue: naming the field.
    """
    for name, value in values.items():
        setattr(thing, name, _checked(thing, name, value))


def _checked(thing: Model, name: str, value: Any) -> Any:
    field = thing._meta.get_field(name)
    assert isinstance(field, Field)
    if isinstance(value, str):
        value = value.strip()
    if (value is None and field.null) or (value == "" and field.blank):
        return value
    try:
        return field.clean(value, thing)
    except ValidationError as fault:
        raise WrongValue(fault.messages[0], field=name) from fault
