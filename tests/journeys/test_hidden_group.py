"""Groups of customers that a user may not see, or may see and not touch: nowhere, by no way."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD

#: A large consumer with a case of its own, which the contact centre's operators may not see.
LARGE = """
select customer.id, customer.name, customer.inn, cases_case.id, cases_case.number, point.account
from customers_customer customer
join customers_customergroup kind on kind.id = customer.group_id and kind.code = 'LARGE'
join customers_usagepoint point on point.customer_id = customer.id
join cases_case on cases_case.customer_id = customer.id
where cases_case.state in ('REGISTERED', 'IN_PROGRESS', 'CLOSED', 'ANSWERED')
order by cases_case.id limit 1
"""

#: Made by the operations, as an administrator would: may do everything everywhere, sees all groups but the large
#: consumers, and may change only what belongs to legal entities.
OBSERVER = f"""
from opora.platform.access.operations import create_user, define_role, ensure_system_user
from opora.platform.scope import EVERYTHING, Scope, scoped
from opora.casework.cases.permissions import CasePermission
from opora.registry.customers.models import CustomerGroup
from opora.registry.customers.permissions import CustomerPermission
from opora.registry.organization.models import Branch
with scoped(EVERYTHING):
    groups = dict(CustomerGroup.objects.values_list("code", "pk"))
    large = groups.pop("LARGE")
    scope = Scope(
        branches=frozenset(Branch.objects.values_list("pk", flat=True)),
        groups_seen=frozenset(groups.values()),
        groups_edited=frozenset([groups["ENTITIES"]]),
    )
    define_role(code="observer", name="Наблюдатель", permissions=[*CustomerPermission, *CasePermission])
    by = ensure_system_user()
    create_user(username="observer", password="{PASSWORD}", roles=["observer"], scope=scope, by=by)
"""


@dataclass(frozen=True)
class Hidden:
    customer: int
    name: str
    inn: str
    case: int
    number: str
    account: str

    @property
    def traces(self) -> tuple[str, ...]:
        return (self.name, self.name.replace("«", "").replace("»", ""), self.number, self.account)


@pytest.fixture(scope="module")
def hidden(opora):
    return Hidden(*opora.rows(LARGE)[0])


@pytest.fixture(scope="module")
def observer(opora):
    made = opora.command("manage", "shell", "-c", OBSERVER)
    assert made.returncode == 0, made.stderr
    return "observer"


@pytest.fixture
def attachment(visit, hidden, opora):
    """A file that somebody who may see the case has put to it."""
    query = "select id from cases_caseattachment where case_id = %s"
    if not opora.rows(query, hidden.case):
        page = visit("administrator", f"/cases/{hidden.case}/")
        file = {"name": "схема.txt", "mimeType": "text/plain", "buffer": b"110/10"}
        page.set_input_files(".drop input[type=file]", file)
        expect(page.locator(".file-line")).to_contain_text("схема.txt")
    return opora.one(query, hidden.case)


@pytest.fixture
def program(opora):
    """`program("operator")`: asks the API with a token of that user; status and text."""

    def with_token(username: str):
        secret = opora.command("token", "issue", username, "journey").stdout.strip()

        def ask(path: str) -> tuple[int, str]:
            address = f"{opora.url}/api/v1{urllib.parse.quote(path, safe='/?=&')}"
            request = urllib.request.Request(address, headers={"Authorization": f"Bearer {secret}"})
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()

        return ask

    return with_token


def searches(hidden: Hidden) -> list[str]:
    words = urllib.parse.quote(hidden.name)
    return [
        f"/customers/?q={words}",
        f"/customers/found/?q={words}",
        f"/customers/?q={hidden.inn}",
        f"/customers/found/?q={hidden.account}",
        f"/operator/found/?q={words}",
        f"/operator/found/?q={hidden.number}",
        f"/operator/?q={hidden.number}",
        f"/cases/?text={hidden.number}",
        f"/cases/rows/?text={hidden.number}",
        f"/cases/?customer={hidden.customer}",
        f"/cases/new/callers/?q={words}",
        f"/cases/new/?customer={hidden.customer}",
        f"/cases/found/customers/?q={words}",
    ]


def links(hidden: Hidden, attachment: int) -> list[str]:
    customer, case = f"/customers/{hidden.customer}", f"/cases/{hidden.case}"
    tabs = ("", "head/", "points/", "contacts/", "agreements/", "history/", "edit/", "points/new/")
    parts = ("", "top/", "timeline/", "print/", "due/", "change/", "note/", "answer/")
    return [
        *(f"{customer}/{tab}" for tab in tabs),
        *(f"{case}/{part}" for part in parts),
        f"/cases/files/{attachment}/",
    ]


def test_the_operator_finds_no_trace_of_a_large_consumer(visit, hidden, attachment):
    page = visit("operator", "/customers/")

    for path in searches(hidden):
        text = page.request.get(path, headers={"Accept-Language": "ru"}).text()
        asked = urllib.parse.unquote(path.partition("=")[2])  # the page repeats the question in its box
        assert [trace for trace in hidden.traces if trace in text and trace != asked] == [], path
    answers = {path: page.request.get(path).status for path in links(hidden, attachment)}
    assert {path: status for path, status in answers.items() if status not in (404, 405)} == {}


def test_whoever_may_see_him_sees_him_there(visit, hidden, attachment):
    page = visit("administrator", "/customers/")

    answers = {path: page.request.get(path).status for path in links(hidden, attachment)}

    assert {path: status for path, status in answers.items() if status not in (200, 405)} == {}
    assert hidden.name in page.request.get(f"/customers/found/?q={urllib.parse.quote(hidden.name)}").text()
    assert hidden.number in page.request.get(f"/cases/rows/?text={hidden.number}").text()


def test_typing_his_name_offers_nobody(visit, hidden):
    page = visit("operator", "/operator/")

    page.keyboard.type(hidden.name)

    expect(page.locator("#search-found")).to_contain_text("зарегистрировать без потребителя")
    expect(page.locator("#search-found")).not_to_contain_text(hidden.name)


def test_what_is_taken_away_as_a_file_holds_nothing_of_him(visit, hidden, observer):
    page = visit(observer, "/customers/")

    customers = page.request.get("/customers/export/?form=csv")
    cases = page.request.get("/cases/export/?form=csv")

    assert (customers.status, cases.status) == (200, 200)
    for table in (customers, cases):
        text = table.body().decode("utf-8-sig", errors="replace") + table.body().decode("cp1251", errors="replace")
        assert len(text) > 10_000
        assert [trace for trace in hidden.traces if trace in text] == []


def test_programs_of_the_operator_learn_nothing(program, hidden, attachment):
    ask = program("operator")

    for path in (
        f"/customers?text={hidden.name}",
        f"/customers/identify?text={hidden.name}",
        f"/customers/identify?text={hidden.inn}",
        f"/usage-points/by-number?number={hidden.account}",
        f"/cases?text={hidden.number}",
        f"/cases/search?text={hidden.number}",
        f"/cases?customer_id={hidden.customer}",
    ):
        status, text = ask(path)
        assert status in (200, 404, 422), (path, text)
        assert [trace for trace in hidden.traces if trace in json.dumps(_rows(text), ensure_ascii=False)] == [], path
    for path in (
        f"/customers/{hidden.customer}",
        f"/customers/{hidden.customer}/contacts",
        f"/customers/{hidden.customer}/history",
        f"/customers/{hidden.customer}/usage-points",
        f"/cases/{hidden.case}",
        f"/cases/{hidden.case}/history",
        f"/attachments/{attachment}",
    ):
        assert ask(path)[0] == 404, path
    assert ask(f"/cases/{hidden.case}/attachments") == (200, "[]")


def test_who_may_see_and_not_touch_sees_and_changes_nothing(visit, opora, observer):
    ((customer, name),) = opora.rows(
        "select id, name from customers_customer where group_id = (select id from customers_customergroup"
        " where code = 'POPULATION') order by id desc limit 1"
    )
    before = opora.rows("select * from customers_customer where id = %s", customer)

    page = visit(observer, f"/customers/{customer}/")

    expect(page.locator("h1")).to_have_text(name)
    expect(page.get_by_role("link", name="Изменить")).to_have_count(0)
    token = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
    for path, form in (
        ("edit/", {"version": "1", "last_name": "Подменён", "first_name": "Иван", "kind": "INDIVIDUAL"}),
        ("contacts/new/", {"kind": "PHONE", "value": "+79001112233"}),
        ("group/", {"group_id": "3", "group": "3", "reason": "x"}),
    ):
        answer = page.request.post(
            f"/customers/{customer}/{path}", form=form, headers={"X-CSRFToken": token, "Referer": opora.url}
        )
        assert answer.status in (403, 404, 409, 422), (path, answer.status)
    assert opora.rows("select * from customers_customer where id = %s", customer) == before
    added = "select 1 from customers_contactpoint where customer_id = %s and value = '+79001112233'"
    assert opora.rows(added, customer) == []


def _rows(text: str) -> object:
    """The found rows of an answer, without the question that it may repeat."""
    answer = json.loads(text)
    return answer.get("items", answer.get("results", [])) if isinstance(answer, dict) else answer
