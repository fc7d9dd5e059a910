"""What is sent: as much as is allowed arrives, more is refused in words, and half of it is nothing."""

import re
import socket
from contextlib import suppress
from http.client import HTTPResponse
from urllib.parse import urlencode

import psutil
import pytest
from playwright.sync_api import expect

MEGABYTE = 1024 * 1024
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CASE = "select min(id) from cases_case where state <> 'CLOSED'"
FILES = "select coalesce(max(id), 0) from files_storedfile"
TOPIC = "select id from cases_topic where code = 'outage_emergency'"
FORM = "/cases/new/form/"
REFUSED = f"Bad Request: {FORM}"


def pdf(size):
    return {"name": "акт.pdf", "mimeType": "application/pdf", "buffer": PDF.ljust(size)}


@pytest.fixture
def case_page(visit, opora):
    page = visit("administrator", f"/cases/{opora.one(CASE)}/")
    page.wait_for_load_state()
    return page


@pytest.fixture
def connect(opora, case_page):
    """`connect(path, headers)`: a request by hand, begun in the name of the browser's user."""
    host, port = opora.url.removeprefix("http://").split(":")
    cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in case_page.context.cookies())
    opened = []

    def begin(path, **headers):
        link = socket.create_connection((host, int(port)), timeout=20)
        opened.append(link)
        given = {"Host": f"{host}:{port}", "Cookie": cookies, **headers}
        lines = [f"POST {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in given.items())]
        link.sendall("\r\n".join([*lines, "", ""]).encode())
        return link

    yield begin
    for link in opened:
        link.close()


def memory(opora):
    web, *_workers = psutil.Process(opora.process.pid).children()
    return sum(process.memory_info().rss for process in [web, *web.children(recursive=True)])


def test_a_file_as_large_as_allowed_is_attached(case_page):
    case_page.set_input_files("input[type=file]", pdf(MEGABYTE))

    expect(case_page.locator("#toasts, .toasts").first).to_contain_text("Файл приложен")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (MEGABYTE + 1, "«акт.pdf» больше 1 МБ: пришлите по частям или уменьшите файл."),
        (5 * MEGABYTE, "Слишком большой объём: файл — до 1 МБ, несколько файлов отправляйте по одному."),
    ],
    ids=["above the limit of a file", "above the limit of a request"],
)
def test_a_larger_one_is_refused_in_words(case_page, opora, size, words):
    known = opora.one(FILES)

    case_page.set_input_files("input[type=file]", pdf(size))

    expect(case_page.get_by_text(words)).to_be_visible()
    assert opora.one(FILES) == known


def test_two_gigabytes_are_neither_kept_nor_waited_for(connect, opora):
    before = memory(opora)
    link = connect("/api/v1/cases", Content_Type="application/json", Content_Length=2 * 1024 * MEGABYTE)
    sent, block = 0, b" " * 65536
    with suppress(ConnectionError):
        while sent < 64 * MEGABYTE:
            sent += link.send(block)
    answer = HTTPResponse(link)
    answer.begin()

    assert (answer.status, sent < 64 * MEGABYTE) == (413, True)
    assert "Запрос больше 4 МБ" in answer.read().decode()
    assert memory(opora) - before < 64 * MEGABYTE


def test_a_request_without_length_is_refused(connect):
    link = connect("/api/v1/cases", Content_Type="application/json", Transfer_Encoding="chunked")
    link.sendall(b"2\r\n{}\r\n0\r\n\r\n")
    answer = HTTPResponse(link)
    answer.begin()

    assert answer.status == 411


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_half_a_form_is_not_saved_and_the_whole_is_sent_again(visit, connect, opora, content_type):
    text = f"Оборванное обращение, {content_type}"
    form = visit("administrator", "/cases/new/").content()
    fields = {name: re.search(rf'name="{name}" value="([^"]+)"', form)[1] for name in ("csrfmiddlewaretoken", "once")}
    fields |= {
        "channel": "PHONE",
        "kind": "APPEAL",
        "topic_id": opora.one(TOPIC),
        "source": "CITIZEN",
        "branch_id": 1,
        "text": text,
    }
    body = urlencode(fields).encode() if "urlencoded" in content_type else multipart(fields)
    rest = b"&answer=" + b"a" * 50_000 if "urlencoded" in content_type else part("answer", "a" * 50_000) + b"--x--"
    registered = lambda: opora.one("select count(*) from cases_case where text = %s", text)  # noqa: E731
    refused = opora.said().count(REFUSED)

    def send(content):
        link = connect(FORM, Content_Type=content_type, Content_Length=len(body + rest))
        link.sendall(content)
        return link

    send(body).close()
    opora.wait_until(lambda: opora.said().count(REFUSED) > refused)
    assert registered() == 0

    answer = HTTPResponse(send(body + rest))
    answer.begin()
    assert (answer.status, registered()) == (303, 1)


def multipart(fields):
    return b"".join(part(name, value) for name, value in fields.items())


def part(name, value):
    return f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
