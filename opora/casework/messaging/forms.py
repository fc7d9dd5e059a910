from itertools import permutations
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opora.casework.messaging.queries import MessageFilter, Wishes
from opora.casework.messaging.stages import UNDELIVERED, Channel, Purpose, State

#: Channels that a customer may choose from today.
_OFFERED = (Channel.EMAIL, Channel.SMS)
_AS_USUAL, _NONE = "usual", "none"

#: Several states under one name.
_GROUPS = {"waiting": (State.QUEUED, State.SENDING), "undelivered": UNDELIVERED}


class MessageFilterForm(forms.Form):
    """Every part may be empty. An address that makes no sense shows the list without that part."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Any state")),
            ("waiting", _("On their way")),
            ("undelivered", _("Not received")),
            *State.choices,
        ],
    )
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("Any channel")), *Channel.choices])
    purpose = forms.ChoiceField(label=_("Purpose"), required=False, choices=[("", _("Any purpose")), *Purpose.choices])

    def wanted(self) -> MessageFilter:
        self.is_valid()
        given = self.cleaned_data
        state = given.get("state", "")
        states = _GROUPS.get(state) or ((State(state),) if state else ())
        return MessageFilter(states=states, channel=given.get("channel", ""), purpose=given.get("purpose", ""))


class ConsentForm(forms.Form):
    """What the customer has said, and how it is known."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    given = forms.TypedChoiceField(
        label=_("What was said"),
        choices=[("yes", _("agrees")), ("no", _("refuses"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    proof = forms.CharField(
        label=_("How it is known"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("application no. 17 of 03.02.2026, recording 991…")}),
    )


class PreferenceForm(forms.Form):
    """By which channels a customer wants messages of one purpose."""

    purpose = forms.ChoiceField(choices=Purpose.choices, widget=forms.HiddenInput)
    order = forms.ChoiceField(label=_("Wants them"))

    def __init__(self, *args: Any, wishes: Wishes | None = None, **kwargs: Any) -> None:
        if wishes is not None:
            kwargs["initial"] = {"purpose": wishes.purpose.value, "order": _order(wishes)}
            kwargs["auto_id"] = f"id_{wishes.purpose.value.lower()}_%s"
        super().__init__(*args, **kwargs)
        order = self.fields["order"]
        assert isinstance(order, forms.ChoiceField)
        order.choices = _orders()

    def channels(self) -> list[Channel] | None:
        """The choice as the operation takes it."""
        order: str = self.cleaned_data["order"]
        if order == _AS_USUAL:
            return None
        return [] if order == _NONE else [Channel(name) for name in order.split(",")]


class TemplateForm(forms.Form):
    """The words of a template. Letters have a subject, other channels none."""

    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    body = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 16}))

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel != Channel.EMAIL:
            del self.fields["subject"]


def _orders() -> list[tuple[str, Any]]:
    several = [
        (",".join(chosen), ", ".join(str(channel.label) for channel in chosen))
        for length in range(1, len(_OFFERED) + 1)
        for chosen in permutations(_OFFERED, length)
    ]
    return [(_AS_USUAL, _("as usual")), *several, (_NONE, _("not at all"))]


def _order(wishes: Wishes) -> str:
    if wishes.channels is None:
        return _AS_USUAL
    return ",".join(channel for channel in wishes.channels if channel in _OFFERED) or _NONE
