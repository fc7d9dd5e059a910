"""Forms of the network: search, import."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from opora.registry.organization import queries as organization


class _Files(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class ImportForm(forms.Form):
    """A network in files, and which part of ours it is."""

    models = FilesField(
        label=_("Files"),
        help_text=_(
            "CIM XML: the whole model or its profiles (EQ, SSH, TP), ZIP too; or CSV. First it is only compared."
        ),
        widget=_Files(attrs={"accept": ".xml,.rdf,.zip,.csv,.txt"}),
    )
    part = forms.CharField(
        label=_("Part of the network"),
        required=False,
        max_length=60,
        help_text=_("What the files hold whole. Empty: all of the network. What a part has no more is removed."),
    )
    branch = forms.TypedChoiceField(
        label=_("Branch"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("For what no file places in one."),
    )

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        choices = [(branch.pk, branch.short_name) for branch in organization.branches()]
        self.fields["branch"].choices = [("", _("as in the files")), *choices]  # type: ignore[attr-defined]

    @property
    def uploaded(self) -> "Sequence[UploadedFile[Any]]":
        files: Sequence[UploadedFile[Any]] = self.cleaned_data["models"]
        return files
