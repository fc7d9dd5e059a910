"""The frame of every page: menu, search, bell; the tabs of a customer's card; where the work of each role begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opora.casework.cases.permissions import CasePermission
from opora.casework.messaging.permissions import MessagingPermission
from opora.platform.access.models import User
from opora.platform.permissions import signed_in
from opora.processes.outages.permissions import OutagePermission
from opora.processes.telecontrol.permissions import TelecontrolPermission
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.grid.permissions import GridPermission
from opora.registry.organization.permissions import OrganizationPermission


@dataclass(frozen=True)
class Item:
    """A line of the menu; without a permission it is everybody's."""

    title: str | Promise
    url: str
    icon: str
    permission: StrEnum | None = None
    key: str = ""
    count_url: str = ""
    topic: str = ""


@dataclass(frozen=True)
class Group:
    title: str | Promise
    items: Sequence[Item]


MENU: Sequence[Group] = (
    Group(
        _("Work"),
        (
            Item(_("Taking contacts"), "operator:desk", "headset", CasePermission.REGISTER, "KeyN"),
            Item(
                _("My stages"),
                "executor:desk",
                "checklist",
                CasePermission.WORK,
                "KeyM",
                "executor:count",
                "user:{user}",
            ),
            Item(_("Control"), "supervisor:board", "gauge", CasePermission.SUPERVISE, "KeyC"),
            Item(_("Cases"), "cases:list", "inbox", CasePermission.VIEW, "KeyO"),
            Item(_("Network map"), "dispatcher:desk", "map-2", OutagePermission.DISPATCH),
            Item(_("Outages"), "outages:board", "bolt-off", OutagePermission.VIEW, "KeyB"),
            Item(_("Messages"), "messaging:list", "message", MessagingPermission.RETRY),
        ),
    ),
    Group(
        _("Directories"),
        (
            Item(_("Customers"), "customers:list", "users", CustomerPermission.VIEW, "KeyU"),
            Item(_("Addresses"), "addresses:register", "map-pin"),
            Item(_("Network"), "grid:tree", "sitemap", GridPermission.VIEW),
            Item(_("Telecontrol"), "telecontrol:stations", "antenna", TelecontrolPermission.VIEW),
            Item(_("Employees"), "organization:directory", "address-book"),
            Item(_("Structure"), "organization:structure", "building", OrganizationPermission.EDIT_STRUCTURE),
        ),
    ),
    Group(
        _("Settings"),
        (
            Item(_("Passports"), "cases:passports", "license", CasePermission.VIEW),
            Item(_("Topics"), "cases:topics", "category", CasePermission.CONFIGURE),
            Item(_("Routing"), "cases:routing", "route", CasePermission.CONFIGURE),
            Item(_("Templates of messages"), "messaging:templates", "template", MessagingPermission.CONFIGURE),
            Item(_("Import"), "customers:import", "upload", CustomerPermission.IMPORT),
            Item(_("Addresses in doubt"), "customers:addresses", "map-pin", CustomerPermission.EDIT),
        ),
    ),
)

#: Where a role begins its day; the first of the user's roles that stands here decides.
HOMES: Mapping[str, str] = {
    "operator": "operator:desk",
    "clerk": "operator:desk",
    "dispatcher": "outages:board",
    "supervisor": "supervisor:board",
    "executor": "executor:desk",
}

#: Tabs of a customer's card: each is a fragment that its own module draws.
TABS: Sequence[Item] = (
    Item(_("Usage points"), "customers:points", "plug"),
    Item(_("Cases"), "cases:of_customer", "inbox", CasePermission.VIEW),
    Item(_("Contacts"), "customers:contacts", "address-book"),
    Item(_("Agreements"), "customers:agreements", "file-text"),
    Item(_("Messages"), "messaging:of_customer", "message", MessagingPermission.VIEW),
    Item(_("History"), "customers:history", "history"),
)


#: Tabs of an element of the network, likewise.
ELEMENT_TABS: Sequence[Item] = (Item(_("Usage points"), "customers:below", "plug", CustomerPermission.VIEW),)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What `screens/base.html` draws around every page."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {}
    found: dict[str, Any] = {
        "navigation": _menu(user, request.path),
        "bell_url": reverse("messaging:bell"),
        "bell_page_url": reverse("messaging:notices"),
        "bell_topic": f"user:{user.pk}",
    }
    if user.holds(CustomerPermission.VIEW):
        found |= {
            "search_url": reverse("customers:list"),
            "search_suggest_url": reverse("customers:found"),
            "search_hint": _("Phone, account, name, address, meter, INN"),
        }
    return found


def customer_tabs(user: User, customer_id: int) -> list[dict[str, Any]]:
    """The tabs of a customer's card that the user may open."""
    return _tabs(TABS, user, customer_id)


def element_tabs(user: User, element_id: int) -> list[dict[str, Any]]:
    """The tabs of an element's page that the user may open."""
    return _tabs(ELEMENT_TABS, user, element_id)


def _tabs(tabs: Sequence[Item], user: User, about: int) -> list[dict[str, Any]]:
    return [
        {
            "id": tab.url.replace(":", "-"),
            "title": tab.title,
            "icon": tab.icon,
            "url": reverse(tab.url, args=[about]),
        }
        for tab in tabs
        if _allowed(tab, user)
    ]


def customer_line(user: User, customer_id: int) -> str:
    """The address of the first line of a customer's card: whether he has supply; empty for whoever may not know."""
    return reverse("outages:supply_of_customer", args=[customer_id]) if user.holds(OutagePermission.VIEW) else ""


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Go to where the user's work begins."""
    assert isinstance(request.user, User)
    roles = request.user.roles.values_list("code", flat=True)
    return redirect(next((HOMES[role] for role in HOMES if role in roles), "organization:directory"))


def _menu(user: User, path: str) -> list[dict[str, Any]]:
    """The user's menu; the item whose address is the longest beginning of the page's is where he stands."""
    allowed = [(group, [(item, reverse(item.url)) for item in group.items if _allowed(item, user)]) for group in MENU]
    here = max((url for _group, items in allowed for _item, url in items if path.startswith(url)), key=len, default="")
    return [
        {
            "title": group.title,
            "items": [
                {
                    "title": item.title,
                    "url": url,
                    "icon": item.icon,
                    "key": item.key,
                    "count_url": reverse(item.count_url) if item.count_url else "",
                    "topic": item.topic.format(user=user.pk),
                    "active": url == here,
                }
                for item, url in items
            ],
        }
        for group, items in allowed
        if items
    ]


def _allowed(item: Item, user: User) -> bool:
    return item.permission is None or user.holds(item.permission)
