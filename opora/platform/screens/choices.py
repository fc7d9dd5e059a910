"""A choice of rows of a table, in a form."""

from collections.abc import Callable
from typing import Any

from django.forms import ModelChoiceField


def _name(row: Any) -> str:
    return str(row.name)


class Choice(ModelChoiceField):  # type: ignore[type-arg]  # generic for the type checker only
    """A row chosen by its id, under its name or the words of `label_of`; the form says which rows are offered."""

    def __init__(self, label_of: Callable[[Any], object] = _name, **settings: Any) -> None:
        self.label_of = label_of
        super().__init__(queryset=None, **settings)

    def label_from_instance(self, row: Any) -> str:
        return str(self.label_of(row))
