from django import forms

from opora.registry.organization.models import Branch
from opora.registry.organization.queries import branches

#: Which open stages the list of the board shows.
LATE, TODAY, UNASSIGNED = "late", "today", "unassigned"


class BoardForm(forms.Form):
    """What part of the work the supervisor looks at; only branches of his scope."""

    branch = forms.IntegerField(required=False, min_value=1)
    show = forms.ChoiceField(required=False, choices=[(LATE, LATE), (TODAY, TODAY), (UNASSIGNED, UNASSIGNED)])
    after = forms.CharField(required=False, max_length=200)


def branches_in(ids: frozenset[int], *, everything: bool) -> list[Branch]:
    """The branches of a scope, for the board's choice."""
    return [branch for branch in branches() if everything or branch.pk in ids]
