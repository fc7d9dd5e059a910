"""Tags and filters of all pages: `{% load screens %}`. The manual with examples is docs/how-to/screens.md."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django import template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

register = template.Library()

DUE_LEVELS = {"green", "amber", "red", "met", "paused"}
SOON = timedelta(hours=24)
KEY_NAMES = {
    "ctrl": "Ctrl", "shift": "Shift", "alt": "Alt", "Escape": "Esc", "Slash": "/", "Period": ".", "Comma": ",",
    "BracketLeft": "[", "BracketRight": "]", "ArrowUp": "↑", "ArrowDown": "↓", "ArrowLeft": "←", "ArrowRight": "→",
}  # fmt: skip


@register.simple_tag
@lru_cache(maxsize=1_000)  # a list draws hundreds of a few
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """Draw an icon of the sprite; with `label` it is read aloud, without it is an ornament."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" {}><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "", spoken, static("opora/icons.svg"), name,
    )  # fmt: skip


@register.simple_tag
def key(combination: str) -> SafeString:
    """Show a key or a combination as `<kbd>`: `{% key "shift+KeyC" %}`."""
    parts = [KEY_NAMES.get(p, p.removeprefix("Key").removeprefix("Digit")) for p in combination.split("+")]
    caps = format_html_join("", "<kbd>{}</kbd>", ((part,) for part in parts))
    return format_html('<span class="key-hint" aria-hidden="true">{}</span>', caps)


@register.simple_tag
def field(bound: BoundField, **attrs: Any) -> SafeString:
    """Render a field whole: label, hint, control, messages. `data_key="KeyN"` becomes the attribute `data-key`."""
    given = {name.replace("_", "-"): value for name, value in attrs.items()}
    bound.field.widget.attrs.update(given)
    return bound.as_field_group()


@register.inclusion_tag("screens/_due.html")
def due(
    due_at: datetime | None,
    remaining: timedelta | str | None = None,
    level: str | None = None,
    explain_url: str = "",
    zone: str | tzinfo | None = None,
) -> dict[str, Any]:
    """Show a deadline: its moment, the time left (working time when the caller knows it) and its level in words.

    `level` is green, amber, red, met or paused; without it the clock on the wall decides.
    """
    if due_at is None:
        return {"due_at": None}
    left = remaining if remaining is not None else due_at - timezone.now()
    if level not in DUE_LEVELS:
        level = "green"
        if isinstance(left, timedelta):
            level = "red" if left < timedelta() else "amber" if left < SOON else "green"
    return {"due_at": due_at, "zone": zone, "left": _left(left), "level": level, "explain_url": explain_url}


def _left(left: timedelta | str) -> str:
    if not isinstance(left, timedelta):
        return str(left)
    span = _span(abs(left))
    return _("%(span)s overdue") % {"span": span} if left < timedelta() else _("%(span)s left") % {"span": span}


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = pgettext("short", "d"), pgettext("short", "h"), pgettext("short", "min")
    parts = list(zip((days, hours, minutes), units, strict=True))
    shown = [f"{number}\u00a0{unit}" for number, unit in parts if number][:2]
    return " ".join(shown) or f"0\u00a0{units[2]}"


@register.inclusion_tag("screens/_stages.html")
def stage_bar(stages: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Show progress. A stage has `title`, `state`, and perhaps `note` and `due_at`.

    The states: done, current, late, waiting, paused, skipped.
    """
    return {"stages": stages, "label": label or _("Stages")}


@register.simple_tag(takes_context=True)
def query_string(context: Context, **changes: Any) -> str:
    """Return `?…` of this page with parameters changed; None or an empty value removes one."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


@register.inclusion_tag("screens/_table_head.html", takes_context=True)
def column(context: Context, name: str, title: str, css: str = "") -> dict[str, Any]:
    """Head of a sortable column: a link that sorts by `?sort=name`, and the other way round when clicked again."""
    now = context["request"].GET.get("sort", context.get("sort", ""))
    direction = "ascending" if now == name else "descending" if now == f"-{name}" else ""
    wanted = f"-{name}" if direction == "ascending" else name
    url = query_string(context, sort=wanted, after=None, before=None)
    return {"title": title, "url": url, "direction": direction, "css": css}


@register.filter
def phone(number: str | None) -> str:
    """Write an E.164 number as people here write it; a foreign one internationally; anything else as it is."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(str(number), "RU")
    except phonenumbers.NumberParseException:
        return str(number)
    home = parsed.country_code == 7
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


@register.filter
def local(moment: datetime | None, zone: str | tzinfo | None = None) -> SafeString | str:
    """Show a moment in a zone (a name or a tzinfo; by default the current one)."""
    if moment is None:
        return ""
    place = ZoneInfo(zone) if isinstance(zone, str) and zone else zone or None
    there = timezone.localtime(moment, place)
    shown = there.strftime("%d.%m.%Y %H:%M")
    return format_html('<time datetime="{}" class="moment">{}</time>', moment.isoformat(timespec="seconds"), shown)


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """Say how long ago, or in how long; the exact moment is in the tooltip."""
    if moment is None:
        return ""
    said = _distance(timezone.now() - moment) or date_format(timezone.localtime(moment), "d.m.Y")
    exact = date_format(timezone.localtime(moment), "d.m.Y H:i:s")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(timespec="seconds"), exact, said)


def _distance(passed: timedelta) -> str:
    """Put in words: minutes, hours or days, before or after now; nothing beyond thirty days."""
    minutes = int(abs(passed).total_seconds()) // 60
    past = passed > timedelta()
    if minutes < 1:
        return _("just now")
    if (n := minutes) < 60:
        before = ngettext("%(n)d minute ago", "%(n)d minutes ago", n)
        after = ngettext("in %(n)d minute", "in %(n)d minutes", n)
    elif (n := minutes // 60) < 24:
        before, after = ngettext("%(n)d hour ago", "%(n)d hours ago", n), ngettext("in %(n)d hour", "in %(n)d hours", n)
    elif (n := minutes // 1440) < 30:
        before, after = ngettext("%(n)d day ago", "%(n)d days ago", n), ngettext("in %(n)d day", "in %(n)d days", n)
    else:
        return ""
    return (before if past else after) % {"n": n}


@register.filter
def rows_found(count: int) -> str:
    """Say how many rows a list has."""
    shown = f"{count:,}".replace(",", "\u00a0")
    return ngettext("%(shown)s row", "%(shown)s rows", count) % {"shown": shown}


@register.filter
def initials(name: str) -> str:
    """First letters of the first two words, for an avatar."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.simple_tag
def script_texts() -> SafeString:
    """Texts that the scripts show, as JSON for frontend/src/page.js."""
    texts: Mapping[str, str] = {
        "connectionLost": _("No connection with the server. What you typed is kept: try again in a moment."),
        "serverError": _("The server could not do this. What you typed is kept; the fault is already recorded."),
        "requestFailed": _("The request was not accepted. Reload the page and try again."),
        "status403": _("You may not do this. Ask your administrator for the right."),
        "status404": _("It is no longer here: it was deleted, moved, or is outside your area."),
        "status409": _("Somebody has changed it meanwhile. Reload to see the changes."),
        "status413": _("Too large: a file may have up to %d MB; send several one by one.")
        % (settings.FILE_LIMIT >> 20),
        "status429": _("Too many requests. Wait a minute."),
        "draftRestored": _("The draft of {time} is restored."),
        "space": _("Space"),
    }
    return json_script(dict(texts), "opora-texts")
