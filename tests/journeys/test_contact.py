"""A contact comes in by phone, is registered without the mouse, worked on and answered by letter."""

import email
import email.policy
import time
from email.message import EmailMessage

import pytest
from playwright.sync_api import expect

from tests.journeys.deeds import finish, hand_over, open_row, register

#: Whoever touches the mouse or the screen leaves a mark in the window.
WATCH_THE_MOUSE = """
for (const kind of ["pointerdown", "mousedown", "touchstart", "wheel"])
  addEventListener(kind, () => sessionStorage.setItem("touched", kind), true);
"""

#: A private person of the Krasnodar branch with one usage point, a phone of his own and an e-mail.
CUSTOMER = """
select customer.name, phone.value, mail.value
from customers_customer customer
join customers_customergroup kind on kind.id = customer.group_id and kind.code = 'POPULATION'
join customers_contactpoint phone on phone.customer_id = customer.id and phone.kind = 'PHONE'
join customers_contactpoint mail on mail.customer_id = customer.id and mail.kind = 'EMAIL'
join organization_branch branch on branch.id = any (customer.branch_ids) and branch.code = '01'
where (select count(*) from customers_contactpoint other where other.value = phone.value) = 1
  and (select count(*) from customers_usagepoint point where point.customer_id = customer.id) = 1
order by customer.id limit 1
"""


@pytest.fixture
def letters(opora):
    """The letters about a case that have left for an address."""

    def sent(number: str, address: str) -> list[EmailMessage]:
        paths = (opora.home / "outbox").glob("*.eml")
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        return [letter for letter in found if address in letter["To"] and number in letter["Subject"]]

    return sent


def test_a_contact_is_registered_from_the_keyboard_and_answered(visit, opora, letters, last_name):
    ((name, phone, address),) = opora.rows(CUSTOMER)
    operator = visit("operator", "/operator/")
    operator.add_init_script(WATCH_THE_MOUSE)
    operator.reload()

    began = time.monotonic()
    number = register(
        operator, by_hand(phone), "колебан напряж", "Третий вечер напряжение падает до 180 В.", complaint=True
    )
    took = time.monotonic() - began

    assert took < 20
    assert operator.evaluate("sessionStorage.getItem('touched')") is None
    expect(operator.locator(".desk-who")).to_contain_text(name)
    expect(operator.locator(".desk-who")).to_contain_text("Отклонение или колебания напряжения")
    expect(operator.locator(".desk-who")).to_contain_text(number)  # the list of his cases follows by itself

    supervisor = visit("supervisor", f"/operator/?q={number}")
    expect(supervisor.locator(".case-head")).to_contain_text(number)
    supervisor.keyboard.press("h")
    hand_over(supervisor, to=last_name("executor"), because="Разобраться на месте")
    expect(supervisor.locator(".stage-work")).to_contain_text(last_name("executor"))

    executor = visit("executor", "/executor/")
    open_row(executor, number)
    finish(executor, "Назначен осмотр сетей")
    expect(executor.locator(".stage-work")).to_contain_text("Замеры показателей качества")  # his own: an engineer's
    finish(executor, "188 В на вводе, ослаб контакт на опоре")
    expect(executor.locator(".stage-work")).to_contain_text("Анализ и план мероприятий")
    finish(executor, "Контакт заменён")

    expect(supervisor.locator(".stage-work")).to_contain_text("Согласование и отправка ответа")  # her page has followed
    supervisor.keyboard.press("t")
    expect(supervisor.locator(".stage-work")).to_contain_text(last_name("supervisor"))
    form = supervisor.locator("#answer-form")
    form.locator("[name=result]").select_option("SATISFIED")
    form.locator("[name=justified][value=YES]").check()
    form.locator("[name=answer]").fill("Контактное соединение заменено, напряжение в норме.")
    expect(form.locator(".btn-primary")).to_contain_text(address)  # the button says who will read it
    supervisor.keyboard.press("Control+Enter")

    expect(supervisor.locator(".case-head")).to_contain_text("дан ответ")
    opora.wait_until(lambda: bool(letters(number, address)))
    (letter,) = letters(number, address)
    assert "Контактное соединение заменено, напряжение в норме." in letter.get_body().get_content()


def test_an_unknown_caller_is_registered_as_he_is(visit):
    page = visit("operator", "/operator/")

    page.keyboard.type("8 861 200-00-01")
    expect(page.locator("#search-found")).to_contain_text("зарегистрировать без потребителя")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator(".desk-who")).to_contain_text("Кто обратился, неизвестно")
    expect(page.locator("#register [name=contact_phone]")).to_have_value("+78612000001")
    expect(page.locator("#register [data-picker-text]").first).to_be_focused()


def by_hand(phone: str) -> str:
    """+79001234567 as people type it: 8 900 123-45 67."""
    digits = phone.removeprefix("+7")
    return f"8 {digits[:3]} {digits[3:6]}-{digits[6:8]} {digits[8:]}"
