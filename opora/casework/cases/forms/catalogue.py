"""Topics, passports and routing rules, as the administrator types them."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opora.casework.cases.forms.pickers import Picker, topic_title
from opora.casework.cases.forms.registration import FilesField, PlaceField, places
from opora.casework.cases.queries.catalogue import TopicRow, catalogue
from opora.casework.cases.stages import StageRole
from opora.registry.organization.queries import branches, divisions

_CODE = r"^[a-z][a-z0-9_]*$"


class TopicForm(forms.Form):
    """A topic's name and place."""

    name = forms.CharField(
        label=pgettext_lazy("topic", "Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True})
    )
    parent_id = forms.TypedChoiceField(label=_("Lies under"), coerce=int)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, without: int | None = None, **kwargs: Any) -> None:
        """:param without: the topic itself, which cannot lie under itself."""
        super().__init__(*args, **kwargs)
        rows = [row for row in catalogue().topics.values() if row.active and without not in row.path]
        self.fields["parent_id"].choices = [(row.id, _indented(row)) for row in rows]  # type: ignore[attr-defined]


class NewTopicForm(TopicForm):
    """A topic that is not there yet."""

    field_order = ("name", "code", "parent_id")
    code = forms.RegexField(
        _CODE,
        label=_("Code"),
        max_length=60,
        help_text=_("Small Latin letters, digits and underscores: meter_replacement. It stays for ever."),
        error_messages={"invalid": _("Begin with a Latin letter; then letters, digits and underscores.")},
    )


class PassportsForm(forms.Form):
    """Files of passports."""

    passports = FilesField(label=_("Files of passports, *.toml"))


class RoutingForm(forms.Form):
    """A rule: stages of a role, for a topic and a territory, go to a division."""

    role = forms.ChoiceField(label=_("Role"), choices=StageRole)
    topic_id = forms.IntegerField(
        label=_("Topic"),
        required=False,
        widget=Picker(source="cases:topics_found", title_of=topic_title, attrs={"placeholder": _("Any topic")}),
    )
    branch_id = PlaceField(label=_("Territory"), required=False)
    division_id = forms.TypedChoiceField(label=_("Goes to"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch_id"].choices = [("", _("Everywhere")), *places(None)[1:]]  # type: ignore[attr-defined]
        self.fields["division_id"].choices = [("", _("choose")), *_divisions()]  # type: ignore[attr-defined]


class WhoForm(forms.Form):
    """Where would a stage of this topic and territory go?"""

    topic_id = forms.IntegerField(label=_("Topic"), widget=Picker(source="cases:topics_found", title_of=topic_title))
    branch_id = PlaceField(label=_("Territory"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch_id"].choices = [("", _("choose")), *places(None)[1:]]  # type: ignore[attr-defined]


def _indented(row: TopicRow) -> str:
    return "\u2003" * (len(row.path) - 1) + row.name


def _divisions() -> Sequence[tuple[str, list[tuple[int, str]]]]:
    """Divisions under their branches."""
    inside: dict[int, list[tuple[int, str]]] = {}
    for division in divisions():
        inside.setdefault(division.branch_id, []).append((division.pk, division.name))
    return [(branch.name, inside[branch.pk]) for branch in branches() if branch.pk in inside]
