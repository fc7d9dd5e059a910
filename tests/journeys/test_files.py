"""Files that people load: a base of customers with mistakes in it, passports that contradict themselves."""

import time

from playwright.sync_api import expect

from tests.journeys.installation import ROOT

HEADINGS = "Код;Вид;Группа;Филиал;ФИО;Точка поставки;Адрес"
RUN = f"{time.time_ns() // 1000 % 10**6:06d}"
GOOD = [
    f"{RUN}-{n};физ. лицо;Население;01;Импортов Пётр {n}-й;2399{RUN}{n:02d};г Краснодар, ул Новая, д {n}"
    for n in range(1, 4)
]
BAD = [f"{RUN}-9;никто;Население;01;Ошибкин Иван;2399{RUN}99;г Краснодар, ул Новая, д 9"]
ENTERED = f"select name from customers_customer where external_id like '{RUN}-%%' order by 1"
#: A passport whose stage waits for itself and is done by nobody known.
WRONG = (
    (ROOT / "passports" / "appeal-phone.toml")
    .read_text()
    .replace('code = "appeal-phone"', 'code = "journey"')
    .replace('role = "OPERATOR"', 'role = "WIZARD"')
    .replace('after = "received"', 'after = "answer"')
)


def test_customers_are_checked_mended_and_entered(visit, opora):
    page = visit("administrator", "/customers/import/")
    table = "\r\n".join([HEADINGS, *GOOD, *BAD]).encode("cp1251")
    page.set_input_files("input[type=file]", {"name": "абоненты.csv", "mimeType": "text/csv", "buffer": table})
    page.keyboard.press("Control+Enter")

    main = page.locator("main")
    expect(main).to_contain_text("Внести 3 строки", timeout=30_000)
    expect(main).to_contain_text("Допустимо одно из")
    assert opora.rows(ENTERED) == []

    with page.expect_download() as taken:
        main.locator("a[href$='/errors/']").first.click()
    faults = taken.value.path().read_bytes().decode("cp1251")
    assert "5;Вид;никто;Допустимо одно из: физ. лицо, ИП, юр. лицо." in faults
    assert {line.partition(";")[0] for line in faults.splitlines()[1:]} == {"5"}

    main.get_by_role("button", name="Внести 3 строки").click()
    page.locator("#confirm [value=yes]").click()
    opora.wait_until(lambda: len(opora.rows(ENTERED)) == 3)
    page.goto("/customers/?q=Импортов")
    expect(page.locator("main")).to_contain_text("Импортов Пётр 1-й")


def test_a_passport_with_mistakes_is_refused_with_all_of_them(visit, opora):
    known = opora.one("select count(*) from cases_passportversion")
    page = visit("administrator", "/cases/passports/")
    page.get_by_role("button", name="Загрузить паспорта").click()
    page.set_input_files(
        "dialog[open] input[type=file]", {"name": "кольцо.toml", "mimeType": "text/plain", "buffer": WRONG.encode()}
    )
    page.locator("dialog[open] .btn-primary").click()

    problems = page.locator("dialog[open] [role=alert] li")
    expect(problems.first).to_be_visible()
    assert problems.count() > 1
    assert opora.one("select count(*) from cases_passportversion") == known
