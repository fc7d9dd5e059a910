"""The filter of a list of cases, as it stands in the address."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opora.casework.cases.forms.pickers import Picker, employee_name, topic_title
from opora.casework.cases.queries.lists import CaseFilter
from opora.casework.cases.stages import OPEN_STATES, Channel, Kind, Result, Source, State
from opora.registry.organization.queries import branches, districts, divisions

#: Cases that somebody still has to answer.
OPEN = "open"
_STATES = [("", _("Any state")), (OPEN, pgettext_lazy("cases", "Open")), *State.choices]


class CaseFilterForm(forms.Form):
    """Every part may be empty. An address that makes no sense shows the list without that part."""

    text = forms.CharField(label=_("Number or words"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False, choices=_STATES)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Any kind")), *Kind.choices])
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("Any channel")), *Channel.choices])
    source = forms.ChoiceField(label=_("From whom"), required=False, choices=[("", _("From anybody")), *Source.choices])
    result = forms.ChoiceField(label=_("Result"), required=False, choices=[("", _("Any result")), *Result.choices])
    branch = forms.TypedChoiceField(label=_("Branch"), required=False, coerce=int, empty_value=None)
    district = forms.TypedChoiceField(label=_("District"), required=False, coerce=int, empty_value=None)
    division = forms.TypedChoiceField(label=_("Division"), required=False, coerce=int, empty_value=None)
    topic = forms.IntegerField(
        label=_("Topic"),
        required=False,
        widget=Picker(source="cases:topics_found", title_of=topic_title, attrs={"placeholder": _("Any topic")}),
    )
    person = forms.IntegerField(
        label=_("Person"),
        required=False,
        widget=Picker(source="cases:people_found", title_of=employee_name, attrs={"placeholder": _("Anybody")}),
    )
    customer = forms.IntegerField(required=False, widget=forms.HiddenInput)
    since = forms.DateField(label=_("Registered from"), required=False)
    until = forms.DateField(label=_("to"), required=False)
    due = forms.ChoiceField(
        label=_("Due"),
        required=False,
        choices=[("", _("Any term")), ("overdue", pgettext_lazy("cases", "overdue")), ("today", _("due today"))],
    )
    unassigned = forms.BooleanField(label=_("Nobody holds it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = list(branches().values_list("pk", "short_name", "name"))
        chosen = self.data.get("branch", "")
        branch_id = int(chosen) if chosen.isdecimal() else None
        in_branch = {"branch_id": branch_id} if branch_id is not None else {}
        short = {pk: name for pk, name, _full in own}
        self.fields["branch"].choices = [("", _("All branches")), *((pk, name) for pk, _short, name in own)]  # type: ignore[attr-defined]
        self.fields["district"].choices = [  # type: ignore[attr-defined]
            ("", _("All districts")),
            *districts(**in_branch).values_list("pk", "name"),
        ]
        people = divisions(**in_branch).values_list("pk", "name", "branch_id")
        self.fields["division"].choices = [  # type: ignore[attr-defined]
            ("", _("All divisions")),
            *((pk, name if in_branch else f"{short.get(of, '')} · {name}") for pk, name, of in people),
        ]

    def wanted(self) -> CaseFilter:
        """The filter that the address means."""
        self.is_valid()
        given = self.cleaned_data
        state = given.get("state") or ""
        due = given.get("due") or ""
        today = timezone.localdate()
        states = (OPEN_STATES if state == OPEN else (state,)) if state else OPEN_STATES if due == "today" else ()
        text = (given.get("text") or "").strip()
        by_number = bool(text) and text[0].isdecimal() and not any(letter.isalpha() for letter in text)
        return CaseFilter(
            branch_id=given.get("branch"),
            district_id=given.get("district"),
            division_id=given.get("division"),
            employee_id=given.get("person"),
            customer_id=given.get("customer"),
            topic_id=given.get("topic"),
            states=states,
            kind=given.get("kind") or "",
            channel=given.get("channel") or "",
            source=given.get("source") or "",
            result=given.get("result") or "",
            overdue=due == "overdue",
            due_from=_midnight(today) if due == "today" else None,
            due_before=_midnight(today + timedelta(days=1)) if due == "today" else None,
            unassigned=bool(given.get("unassigned")),
            registered_from=_midnight(given.get("since")),
            registered_to=_midnight(until + timedelta(days=1)) if (until := given.get("until")) else None,
            number=text if by_number else "",
            text="" if by_number else text,
        )


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None
