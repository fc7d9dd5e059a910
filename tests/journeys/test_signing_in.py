"""The first thing anybody sees."""


def test_a_visitor_is_asked_who_he_is(page, seriously_wrong):
    page.goto("/login/")

    assert page.title() == "Войти · Опора"
    assert page.evaluate("document.activeElement.name") == "username"
    assert seriously_wrong() == []


def test_a_wrong_password_is_said_and_the_fifth_locks_the_door(sign_in):
    for _attempt in range(4):
        page = sign_in("nobody", "неверный-пароль")
        assert "введите правильные" in page.text_content("main")

    page = sign_in("nobody", "неверный-пароль")

    assert page.text_content("h1") == "Вход закрыт"
    assert "через 15 минут" in page.text_content("main")


def test_an_unknown_address_answers_in_russian(page):
    answer = page.goto("/nothing-here/")

    assert answer.status == 404
    assert "404" in page.text_content("main")
    assert page.locator("a[href='/']").count() >= 1
