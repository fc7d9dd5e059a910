from dataclasses import replace

import pytest

from opora.casework.messaging.stages import Purpose
from opora.gateways.mail.letter import BadAddress, compose, envelope_address
from opora.gateways.mail.tests.conftest import LETTER

SENDER = "Сетевая компания <noreply@example.ru>"


def test_a_second_copy_has_the_same_name_and_another_letter_another():
    first, second = (compose(LETTER, sender=SENDER), compose(replace(LETTER, attempt=2), sender=SENDER))
    other = compose(replace(LETTER, message_id=18), sender=SENDER)

    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith("<17.") and first["Message-ID"].endswith("@example.ru>")
    assert other["Message-ID"] != first["Message-ID"]


def test_it_is_ascii_on_the_wire_whatever_it_says():
    assert compose(LETTER, sender=SENDER).as_bytes().isascii()


def test_the_html_says_the_same_and_lets_nothing_through():
    letter = compose(
        replace(LETTER, body="Сумма < 5 & <script>alert(1)</script>\n\nhttps://example.org"), sender=SENDER
    )

    html = letter.get_body(("html",)).get_content()
    assert "<p>Сумма &lt; 5 &amp; &lt;script&gt;" in html
    assert '<a href="https://example.org">https://example.org</a>' in html
    assert "<script" not in html


@pytest.mark.parametrize(
    ("purpose", "unasked"),
    [(Purpose.SERVICE, False), (Purpose.ANSWER, False), (Purpose.SURVEY, True), (Purpose.ADVERTISING, True)],
)
def test_letters_nobody_asked_for_say_how_to_stop_them(purpose, unasked):
    letter = compose(replace(LETTER, purpose=purpose), sender=SENDER)

    stop = f"<mailto:noreply@example.ru?subject=unsubscribe%20{purpose}%2017>" if unasked else None
    assert letter["List-Unsubscribe"] == stop


def test_a_name_cannot_add_headers():
    letter = compose(
        replace(LETTER, name="Пётр\r\nBcc: all@example.org", subject="Да\nBcc: x@example.org"), sender=SENDER
    )

    assert letter["Bcc"] is None
    assert letter["To"].addresses[0].display_name == "Пётр Bcc: all@example.org"
    assert letter["Subject"] == "Да Bcc: x@example.org"


def test_a_cyrillic_domain_goes_by_its_dns_name():
    assert envelope_address("info@пример.рф") == "info@xn--e1afmkfd.xn--p1ai"
    assert "xn--e1afmkfd.xn--p1ai" in compose(replace(LETTER, address="info@пример.рф"), sender=SENDER)["To"]


@pytest.mark.parametrize("address", ["", "иван@example.org", "a b", "a@b@c\n", "x@" + "я" * 80 + ".рф"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadAddress):
        compose(replace(LETTER, address=address), sender=SENDER)
