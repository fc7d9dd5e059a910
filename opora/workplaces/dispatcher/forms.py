from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from opora.platform.screens.choices import Choice
from opora.registry.organization.models import District
from opora.registry.organization.queries import branches, districts


class PartForm(forms.Form):
    """Which part of the network is looked at."""

    branch = Choice(label=_("Branch"), empty_label=None,
        widget=forms.Select(attrs={"aria-label": _("Branch")}),
    )  # fmt: skip
    district = Choice(label=_("District"), required=False, empty_label=_("All districts"),
        widget=forms.Select(attrs={"aria-label": _("District")}),
    )  # fmt: skip

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.fields["branch"].queryset = branches()  # type: ignore[attr-defined]
        chosen = self.data.get("branch", "")
        known = districts(branch_id=int(chosen)) if chosen.isdecimal() and len(chosen) < 6 else District.objects.none()
        self.fields["district"].queryset = known  # type: ignore[attr-defined]
