"""What is said when something is done with a case or a stage. Fields bear the names of the operations' parameters."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opora.casework.cases.forms.pickers import Picker
from opora.casework.cases.operations.answers import MAX_EXTENSION
from opora.casework.cases.stages import Justified, Kind, PauseReason, Result


class NoteForm(forms.Form):
    """An internal note."""

    text = forms.CharField(
        label=_("Internal note"),
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": _("Only colleagues see it")}),
        max_length=100_000,
    )


class AnswerForm(forms.Form):
    """The answer to the applicant; a complaint needs a judgement."""

    result = forms.ChoiceField(label=_("Result"), choices=[("", _("choose")), *Result.choices])
    justified = forms.ChoiceField(label=_("The complaint is"), choices=Justified, widget=forms.RadioSelect)
    answer = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea(attrs={"rows": 7, "placeholder": _("The applicant reads exactly this")}),
        max_length=100_000,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != Kind.COMPLAINT:
            del self.fields["justified"]


class ReasonForm(forms.Form):
    """Why: for a return, a cancellation, a reopening. The reason stays with the case."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))


class ReopenForm(ReasonForm):
    """Take the case up again, from one of its stages."""

    from_stage = forms.ChoiceField(label=_("Begin with the stage"))

    def __init__(self, *args: Any, stages: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_stage"].choices = stages  # type: ignore[attr-defined]


class ExtensionForm(ReasonForm):
    """Move the due date of the case (59-ФЗ, ст. 12)."""

    field_order = ("days", "reason")
    days = forms.IntegerField(
        label=_("By how many calendar days"), min_value=1, max_value=MAX_EXTENSION, initial=MAX_EXTENSION
    )


class PauseForm(forms.Form):
    """Stop the clock of a stage, for a reason that its passport allows."""

    reason = forms.ChoiceField(label=_("Why the clock stands"), widget=forms.RadioSelect)
    comment = forms.CharField(label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, reasons: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = reasons[0] if len(reasons) == 1 else None
        self.fields["reason"].choices = [(code, PauseReason(code).label) for code in reasons]  # type: ignore[attr-defined]


class FinishForm(forms.Form):
    """Finish a stage."""

    result = forms.CharField(
        label=_("What came of it"), required=False, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


class AssigneeField(forms.RegexField):
    """A person ("e17") or the queue of a division ("d5"): (employee id, division id), one of them empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[ed]\d+$", **kwargs)

    def clean(self, value: Any) -> tuple[int | None, int | None]:
        chosen: str = super().clean(value)
        number = int(chosen[1:])
        return (number, None) if chosen[0] == "e" else (None, number)


class ReassignForm(ReasonForm):
    """Give a stage to somebody else."""

    field_order = ("employee_id", "reason")
    employee_id = AssigneeField(label=_("To whom"))

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["employee_id"].widget = Picker(
            source=source,
            title_of=lambda _chosen: "",
            attrs={"autofocus": True, "placeholder": _("Name or division, Enter chooses")},
        )
        self.fields["reason"].widget.attrs.pop("autofocus")


class FileForm(forms.Form):
    """A file for the case."""

    file = forms.FileField(label=_("File"))
