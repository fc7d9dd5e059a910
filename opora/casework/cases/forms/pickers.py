"""A field that is filled by typing a few letters and choosing from a list (frontend/src/pickers.js)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse

from opora.casework.cases.queries.catalogue import catalogue
from opora.registry.organization.models import Employee


class Picker(forms.Widget):
    """The text of what is chosen, its id beside it, and a list that follows the letters.

    :param source: name or address of the view that answers `?q=` with the entries of the list.
    :param title_of: the text of a chosen id; empty when there is no such thing.
    :param stay: keep the focus after choosing instead of going on to the next field.
    """

    template_name = "cases/widgets/picker.html"

    def __init__(
        self, *, source: str, title_of: Callable[[int], str], stay: bool = False, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.source, self.title_of, self.stay = source, title_of, stay

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        text = str(value or "")
        title = self.title_of(int(text)) if text.isdecimal() else ""
        url = self.source if self.source.startswith("/") else reverse(self.source)
        context["widget"] |= {"title": title, "url": url, "stay": self.stay}
        return context

    def id_for_label(self, id_: str) -> str:
        return id_


def topic_title(topic_id: int) -> str:
    topic = catalogue().topics.get(topic_id)
    return topic.title if topic else ""


def employee_name(employee_id: int) -> str:
    employee = Employee.objects.filter(pk=employee_id).first()
    return employee.short_name if employee else ""
