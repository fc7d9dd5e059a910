import json

import pytest
from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpResponse
from django.test import RequestFactory

from opora.platform.errors import BusinessError
from opora.platform.screens import views
from opora.platform.screens.middleware import ToastMiddleware


class Kept(BaseStorage):
    """Messages of one request, kept nowhere."""

    def _get(self, *args, **kwargs):
        return [], True

    def _store(self, messages, response, *args, **kwargs):
        return []


def answer(response, **headers):
    request = RequestFactory().post("/", headers=headers)
    request._messages = Kept(request)
    messages.success(request, "Сохранено", extra_tags="/undo/7/")
    return ToastMiddleware(lambda _: response)(request)


def test_a_message_travels_with_the_fragment_and_can_be_undone():
    response = answer(HttpResponse("part", headers={"HX-Trigger": "changed"}), HX_Request="true")

    notice = {"text": "Сохранено", "level": "success", "undo_url": "/undo/7/"}
    assert json.loads(response["HX-Trigger"]) == {"changed": "", "toast": [notice]}


def test_a_message_waits_for_the_page_the_browser_is_sent_to():
    response = answer(HttpResponse(headers={"HX-Redirect": "/next/"}), HX_Request="true")

    assert "HX-Trigger" not in response


def test_a_message_of_a_whole_page_is_left_to_the_page():
    assert "HX-Trigger" not in answer(HttpResponse("page"))


@pytest.mark.parametrize(
    ("view", "status", "says"),
    [
        (views.bad_request, 400, "Запрос не удалось прочитать"),
        (views.forbidden, 403, "Вам это недоступно"),
        (views.session_expired, 403, "Страница устарела"),
        (views.not_found, 404, "Такой страницы нет"),
        (views.server_error, 500, "В Опоре произошёл сбой"),
    ],
)
def test_an_error_page_says_in_russian_what_to_do(rf, view, status, says):
    response = view(rf.get("/"))

    assert response.status_code == status
    assert says in response.content.decode()


def test_a_refusal_names_its_field(rf):
    page = views.render(rf.get("/"), "screens/_refusal.html", {"error": BusinessError("Нельзя", field="title")})

    assert 'data-field="title"' in page.content.decode()
