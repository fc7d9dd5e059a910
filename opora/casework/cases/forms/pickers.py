"""A field that is filled by typing a few letters and choosing from a list (frontend/src/pickers.js)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse

from opora.casework.cases.queries.catalogue import catalogue
from opora.registry.customers.models import Customer
from opora.registry.organization.models import Employee


class Picker(forms.Widget):
    """The text of what is chosen, its id beside it, and a list that follows the letters.

    :param source: name or address of the view that answers `?q=` with the entries of the list.
    :param title_of: the text of a chosen value; empty when there is no such thing.
    :param stay: keep the focus after choosing instead of going on to the next field.
    """

    template_name = "cases/widgets/picker.html"

    def __init__(
        self, *, source: str, title_of: Callable[[str], str], stay: bool = False, attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.source, self.title_of, self.stay = source, title_of, stay

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        title = self.title_of(str(value)) if value else ""
        url = self.source if self.source.startswith("/") else reverse(self.source)
        context["widget"] |= {"title": title, "url": url, "stay": self.stay}
        return context

    def id_for_label(self, id_: str) -> str:
        return id_


def topic_title(topic_id: str) -> str:
    topic = catalogue().topics.get(int(topic_id)) if topic_id.isdecimal() else None
    return topic.title if topic else ""


def employee_name(employee_id: str) -> str:
    employee = Employee.objects.filter(pk=int(employee_id)).first() if employee_id.isdecimal() else None
    return employee.short_name if employee else ""


def customer_name(chosen: str) -> str:
    """:param chosen: "12", or "12-34" with the usage point."""
    customer_id = chosen.partition("-")[0]
    if not customer_id.isdecimal():
        return ""
    return Customer.objects.filter(pk=int(customer_id)).values_list("name", flat=True).first() or ""
