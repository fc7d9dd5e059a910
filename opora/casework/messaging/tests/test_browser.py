"""Screens of messages in a real browser: readable by everybody, light and dark, and followed without reloading."""

import os
from functools import partial
from pathlib import Path

import pytest

from opora.casework.messaging.handlers import deliver
from opora.casework.messaging.operations import (
    Recipient,
    change_template,
    load_templates,
    notify,
    record_consent,
    send,
    withdraw_consent,
)
from opora.casework.messaging.permissions import MessagingPermission
from opora.casework.messaging.stages import Channel, Purpose, Reason
from opora.casework.messaging.tests.conftest import VALUES
from opora.casework.messaging.transports import Accepted, Refused, TryLater
from opora.platform.access import queries as access
from opora.platform.access.operations import create_user, define_role, ensure_system_user
from opora.platform.scope import EVERYTHING, scoped
from opora.registry.customers.models import ContactPoint, Customer, CustomerGroup
from opora.registry.customers.operations import add_contact_point, load_groups, register_customer
from opora.registry.organization.operations import create_branch
from tests.browser import AXE, NEEDS_BROWSER

#: Where to leave pictures for people to look at.
PICTURES = os.environ.get("OPORA_PICTURES")

pytestmark = NEEDS_BROWSER


@pytest.fixture
def town(transactional_db, network, monkeypatch):
    """A customer with messages of every kind, and somebody who may do everything with them."""
    monkeypatch.setattr(access, "_system_user", [])
    with scoped(EVERYTHING):
        system = ensure_system_user()
        load_groups(by=system)
        templates = {(t.code, t.channel): t for t in load_templates(by=system)}
        branch = create_branch(code="01", name="Краснодарские электрические сети", short_name="КЭС", by=system)
        group = CustomerGroup.objects.order_by("pk").first()
        customer = register_customer(
            kind=Customer.Kind.INDIVIDUAL, group_id=group.pk, branch_id=branch.pk, last_name="Ёлкин",
            first_name="Пётр", by=system,
        )  # fmt: skip
        for kind, value in ((ContactPoint.Kind.EMAIL, "elkin@example.org"), (ContactPoint.Kind.PHONE, "+79180000017")):
            add_contact_point(customer_id=customer.pk, kind=kind, value=value, by=system)
        outcomes = [
            Accepted(),
            Refused(reason=Reason.MAILBOX_FULL, detail="552 5.2.2 mailbox full"),
            TryLater(reason=Reason.BUSY, detail="451 4.7.1 Greylisted"),
        ]
        messages = []
        for number, outcome in enumerate(outcomes):
            to = Recipient(customer_id=customer.pk)
            messages.append(
                send(template="case_registered", to=to, values=VALUES, once=f"{number}", by=system, about=[customer])
            )
            network.answering(outcome)
            deliver(message_id=messages[-1].pk)
        send(template="case_registered", to=Recipient(name="Неизвестный"), values=VALUES, once="x", by=system)
        said = {"customer_id": customer.pk, "channel": Channel.EMAIL, "by": system}
        record_consent(**said, purpose=Purpose.SURVEY, proof="заявление № 17")
        withdraw_consent(**said, purpose=Purpose.ADVERTISING, proof="звонок")
        old = templates["case_closed", "EMAIL"]
        template = change_template(template_id=old.pk, subject=old.subject, body="{text}\n\n{company}", by=system)
        role = define_role(code="all", name="Все сообщения", permissions=[*MessagingPermission])
        user = create_user(username="olga", password=None, roles=[role.code], scope=EVERYTHING, by=system)
        for number, level in enumerate(["info", "warn", "bad"]):
            notify(
                user_ids=[user.pk], text=f"Обращение 01-2026-00000{number}: скоро срок", url="/", once=f"{number}",
                level=level, by=system,
            )  # fmt: skip
    return {"user": user, "customer": customer, "message": messages[2], "template": template, "system": system}


@pytest.fixture
def visit(open_as, town):
    """Open a page as the user of the town."""
    return partial(open_as, town["user"])


def test_every_screen_is_accessible_light_and_dark(town, visit):
    card = f"/messages/of-customer/{town['customer'].pk}/"
    pages = {
        "list": "/messages/",
        "message": f"/messages/{town['message'].pk}/",
        "notices": "/messages/notices/",
        "templates": "/messages/templates/",
        "template": f"/messages/templates/{town['template'].pk}/",
        "tab": "/messages/notices/",
    }
    faults = {}
    for scheme in ("light", "dark"):
        for name, path in pages.items():
            page = visit(path, color_scheme=scheme, viewport={"width": 1366, "height": 900})
            if name == "tab":
                page.evaluate(f"htmx.ajax('GET', '{card}', {{ target: '#notices', swap: 'outerHTML' }})")
                page.click("#messages-of-customer details summary")
            page.wait_for_timeout(300)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
            if wrong := [(v["id"], [n["target"] for n in v["nodes"]]) for v in found["violations"]]:
                faults[scheme, name] = wrong
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}.png", full_page=True)
            page.context.close()

    assert faults == {}


def test_a_template_is_previewed_while_it_is_typed(town, visit):
    page = visit(f"/messages/templates/{town['template'].pk}/")

    page.fill("textarea", "Здравствуйте! {text} {surname}")

    page.wait_for_selector("#preview .refusal")
    assert "Нет поля «surname»" in page.inner_text("#preview")
    page.fill("textarea", "Здравствуйте! {text}")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Версия 3")


def test_consent_is_written_down_on_the_card(town, visit):
    page = visit("/messages/notices/")
    card = f"/messages/of-customer/{town['customer'].pk}/"
    page.evaluate(f"htmx.ajax('GET', '{card}', {{ target: '#notices', swap: 'outerHTML' }})")
    page.click("#messages-of-customer details summary")

    page.select_option("select[name=purpose]", "ADVERTISING")
    page.select_option("select[name=channel]", "SMS")
    page.select_option("select[name=given]", "yes")
    page.click("text='Записать'")
    page.wait_for_selector(".refusal")
    page.fill("input[name=proof]", "заявление № 18")
    page.click("text='Записать'")

    page.wait_for_selector("tr:has-text('реклама') .badge[data-tone=good]")
