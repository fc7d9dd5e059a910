from django import forms

from opora.casework.cases.stages import Channel


class ContactForm(forms.Form):
    """What the address of the desk says of the contact at hand. Nothing is required: the call has just begun."""

    q = forms.CharField(required=False, max_length=200)
    customer = forms.IntegerField(required=False, min_value=1)
    usage_point = forms.IntegerField(required=False, min_value=1)
    unknown = forms.BooleanField(required=False)
    channel = forms.ChoiceField(required=False, choices=Channel)
