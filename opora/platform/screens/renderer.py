"""How every form looks: set `FORM_RENDERER = "opora.platform.screens.renderer.ScreensRenderer"`."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

NATIVE_DATES: dict[type[forms.Widget], tuple[str, str]] = {
    forms.DateInput: ("date", "%Y-%m-%d"),
    forms.DateTimeInput: ("datetime-local", "%Y-%m-%dT%H:%M"),
    forms.TimeInput: ("time", "%H:%M"),
}


class ScreenField(BoundField):
    """A field with the classes of the design, the browser's own date pickers, and its errors announced."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        widget: Any = field.widget
        if native := NATIVE_DATES.get(type(widget)):
            widget.input_type, widget.format = native

    @property
    def kind(self) -> str:
        """How the field is laid out: `check` (label after the box), `choices` (a group), `file` or `text`."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        return "file" if isinstance(widget, forms.FileInput) else "text"

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        if widget.is_hidden:
            return built
        classes = [self._class_of(widget), widget.attrs.get("class", ""), attrs.get("class", "")]
        if self.errors:
            classes.append("is-invalid")
        built["class"] = " ".join(filter(None, classes))
        return built

    @staticmethod
    def _class_of(widget: forms.Widget) -> str:
        if isinstance(widget, forms.CheckboxInput):
            return "form-check-input"
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "choices"
        return "form-select" if isinstance(widget, forms.Select) else "form-control"


class ScreensRenderer(TemplatesSetting):
    """Render forms with the templates of this application."""

    form_template_name = "screens/forms/form.html"
    field_template_name = "screens/forms/field.html"
    bound_field_class = ScreenField
