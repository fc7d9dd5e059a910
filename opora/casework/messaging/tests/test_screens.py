import pytest
from django.test import Client

from opora.casework.messaging.handlers import deliver
from opora.casework.messaging.models import Consent, Message, Notice, Preference
from opora.casework.messaging.operations import Recipient, notify
from opora.casework.messaging.permissions import MessagingPermission
from opora.casework.messaging.queries import unread_count
from opora.casework.messaging.stages import Reason
from opora.casework.messaging.transports import Refused, TryLater
from opora.platform.access.models import User
from opora.platform.access.operations import create_user, define_role
from opora.platform.journal.queries import history_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sign_in(user, admin, settings):
    """A browser of somebody of the branch who may do these things."""

    def sign_in(*permissions, scope=None):
        role = define_role(code="tested", name="Проверяемый", permissions=permissions)
        person = create_user(
            username=f"person-{User.objects.count()}", password=None, roles=[role.code], scope=scope or user.scope,
            by=admin,
        )  # fmt: skip
        browser = Client()
        browser.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        browser.person = person
        return browser

    return sign_in


def test_the_bell_counts_and_falls_silent(sign_in, admin):
    browser = sign_in()
    assert browser.get("/messages/bell/").content == b""
    for number in range(3):
        notify(user_ids=[browser.person.pk], text="Просрочен этап", url="/cases/", once=f"{number}", by=admin)
    assert browser.get("/messages/bell/").content == b"3"

    page = browser.get("/messages/notices/").content.decode()
    assert page.count("Просрочен этап") == 3
    notice = Notice.objects.latest("pk")
    opened = browser.get(f"/messages/notices/{notice.pk}/")
    assert opened["Location"] == "/cases/"
    assert browser.get("/messages/bell/").content == b"2"
    browser.post(f"/messages/notices/{Notice.objects.earliest('pk').pk}/read/", headers=HTMX)
    assert browser.get("/messages/bell/").content == b"1"
    browser.post("/messages/notices/read/", headers=HTMX)
    assert browser.get("/messages/bell/").content == b""


def test_the_bell_shows_no_more_than_it_can(sign_in, admin):
    browser = sign_in()
    Notice.objects.bulk_create(
        Notice(user=browser.person, once=f"{n}", text="…", created_at="2026-11-24T00:00Z") for n in range(100)
    )

    assert browser.get("/messages/bell/").content == b"99+"


def test_a_notice_does_not_lead_out_and_is_nobody_elses(sign_in, admin):
    mine, foreign = sign_in(), sign_in()
    notify(user_ids=[mine.person.pk], text="…", url="https://evil.example/", once="1", by=admin)
    notice = Notice.objects.get()

    assert foreign.get(f"/messages/notices/{notice.pk}/").status_code == 404
    assert unread_count(mine.person) == 1
    assert mine.get(f"/messages/notices/{notice.pk}/")["Location"] == "/messages/notices/"


def test_the_list_says_what_did_not_arrive_and_why(
    sign_in, write, email, network, branch, django_assert_max_num_queries
):
    browser = sign_in(MessagingPermission.VIEW, MessagingPermission.RETRY)
    network.answering(
        Refused(reason=Reason.MAILBOX_FULL, detail="552 5.2.2 quota"), TryLater(reason=Reason.BUSY, detail="451 later")
    )
    for number in range(2):
        deliver(message_id=write(once=f"{number}").pk)
    write(once="3", to=Recipient(branch_id=branch.pk))
    for number in range(10):
        write(once=f"more:{number}")

    with django_assert_max_num_queries(16):
        page = browser.get("/messages/").content.decode()
    for words in ("почтовый ящик переполнен", "552 5.2.2 quota", "сервер просит повторить позже", "следующая попытка"):
        assert words in page
    failed = browser.get("/messages/?state=FAILED").content.decode()
    assert "почтовый ящик переполнен" in failed
    assert "451 later" not in failed
    undelivered = browser.get("/messages/?state=undelivered").content.decode()
    assert "нет адреса ни для одного канала" in undelivered
    assert "По фильтру ничего не найдено" in browser.get("/messages/?channel=VOICE").content.decode()
    assert browser.get("/messages/?state=nonsense").status_code == 200


def test_a_failed_message_is_sent_again_from_the_screen(sign_in, write, email, network):
    browser = sign_in(MessagingPermission.VIEW, MessagingPermission.RETRY)
    network.answering(Refused(reason=Reason.REJECTED))
    message = write()
    deliver(message_id=message.pk)

    answer = browser.post(f"/messages/{message.pk}/retry/", headers=HTMX)

    assert (answer.status_code, Message.objects.get().state) == (204, "QUEUED")
    assert "messages-changed" in answer["HX-Trigger"]
    again = browser.post(f"/messages/{message.pk}/retry/", headers=HTMX)
    assert again.status_code == 409
    assert browser.post(f"/messages/{message.pk}/cancel/", headers=HTMX).status_code == 204
    assert Message.objects.get().reason == "CANCELLED"


def test_one_message_shows_its_words_and_attempts_and_the_journal_who_looked(sign_in, write, email, customer, network):
    browser = sign_in(MessagingPermission.VIEW)
    network.answering(TryLater(reason=Reason.CONNECTION, detail="timed out"))
    message = write(values={"number": "<b>17</b>", "topic": "т", "due": "завтра"})
    deliver(message_id=message.pk)

    page = browser.get(f"/messages/{message.pk}/").content.decode()

    assert "Срок ответа: не позднее завтра" in page
    assert "&lt;b&gt;17&lt;/b&gt;" in page
    assert "Попытка 1: отложено" in page
    assert "timed out" in page
    assert "Отправить снова" not in page
    assert history_of(customer, reads=True)[0].facts == {"what": "messaging.message"}
    assert browser.get(f"/messages/{message.pk + 1}/").status_code == 404


def test_the_tab_of_a_card_shows_messages_consents_and_preferences(sign_in, write, email, customer, network):
    browser = sign_in(MessagingPermission.VIEW, MessagingPermission.CONSENT)
    network.answering(Refused(reason=Reason.ADDRESS_UNKNOWN))
    deliver(message_id=write().pk)

    tab = browser.get(f"/messages/of-customer/{customer.pk}/").content.decode()

    assert "такого адреса нет" in tab
    assert "elkin@example.org</strong> не работает" in tab
    assert "Записать согласие или отказ" in tab
    assert browser.get(f"/messages/of-customer/{customer.pk + 1}/").status_code == 404


def test_older_messages_are_shown_on_demand(sign_in, write, email, customer):
    browser = sign_in(MessagingPermission.VIEW)
    for number in range(25):
        write(once=f"{number}")

    tab = browser.get(f"/messages/of-customer/{customer.pk}/")
    more = browser.get(f"/messages/of-customer/{customer.pk}/more/?after={tab.context['next']}")

    assert tab.content.decode().count("tr id=") == 20
    assert more.content.decode().count("tr id=") == 5
    assert "Более ранние сообщения" not in more.content.decode()


def test_consent_is_given_and_withdrawn_on_the_card(sign_in, customer):
    browser = sign_in(MessagingPermission.VIEW, MessagingPermission.CONSENT)
    address = f"/messages/of-customer/{customer.pk}/consent/"
    said = {"purpose": "ADVERTISING", "channel": "EMAIL"}

    without_proof = browser.post(address, {**said, "given": "yes", "proof": ""}, headers=HTMX)
    assert without_proof.status_code == 422
    assert 'data-field="proof"' in without_proof.content.decode()
    assert browser.post(address, {**said, "given": "maybe", "proof": "п"}, headers=HTMX).status_code == 422
    assert Consent.objects.count() == 0

    given = browser.post(address, {**said, "given": "yes", "proof": "заявление № 5"}, headers=HTMX)
    assert "заявление № 5" in given.content.decode()
    browser.post(address, {**said, "given": "no", "proof": "звонок"}, headers=HTMX)
    assert list(Consent.objects.order_by("pk").values_list("given", flat=True)) == [True, False]


def test_a_preference_is_chosen_on_the_card(sign_in, customer):
    browser = sign_in(MessagingPermission.VIEW, MessagingPermission.CONSENT)
    address = f"/messages/of-customer/{customer.pk}/preference/"

    browser.post(address, {"purpose": "SERVICE", "order": "SMS,EMAIL"}, headers=HTMX)
    assert Preference.objects.get().channels == ["SMS", "EMAIL"]
    browser.post(address, {"purpose": "SERVICE", "order": "none"}, headers=HTMX)
    assert Preference.objects.get().channels == []
    assert browser.post(address, {"purpose": "SERVICE", "order": "PIGEON"}, headers=HTMX).status_code == 422
    browser.post(address, {"purpose": "SERVICE", "order": "usual"}, headers=HTMX)
    assert Preference.objects.count() == 0


def test_a_template_is_previewed_and_saved_as_a_version(sign_in, templates):
    browser = sign_in(MessagingPermission.CONFIGURE)
    old = templates["case_answered", "EMAIL"]
    address = f"/messages/templates/{old.pk}/"

    assert "Ответ на обращение" in browser.get("/messages/templates/").content.decode()
    page = browser.get(address).content.decode()
    assert "{answer}" in page
    assert "Напряжение в сети измерено" in page
    typed = browser.post(f"{address}preview/", {"subject": "№ {number}", "body": "<i> {surname}"}, headers=HTMX)
    shown = typed.content.decode()
    assert "№ 01-2026-000123" in shown
    assert "&lt;i&gt; {surname}" in shown
    assert "Нет поля «surname»" in shown

    refused = browser.post(address, {"subject": "№ {number}", "body": "{surname}"}, headers=HTMX)
    assert refused.status_code == 422
    saved = browser.post(address, {"subject": "№ {number}", "body": "{answer}"}, headers=HTMX)
    new = saved["HX-Redirect"]
    assert "Версия 2" in browser.get(new).content.decode()
    assert "заменена" in browser.get(address).content.decode()
    assert browser.post(address, {"subject": "№", "body": "поздно"}, headers=HTMX).status_code == 409


def test_an_sms_template_has_no_subject(sign_in, templates):
    browser = sign_in(MessagingPermission.CONFIGURE)

    page = browser.get(f"/messages/templates/{templates['case_closed', 'SMS'].pk}/").content.decode()

    assert 'name="subject"' not in page


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/messages/"),
        ("get", "/messages/{message}/"),
        ("post", "/messages/{message}/retry/"),
        ("post", "/messages/{message}/cancel/"),
        ("get", "/messages/of-customer/{customer}/"),
        ("post", "/messages/of-customer/{customer}/consent/"),
        ("post", "/messages/of-customer/{customer}/preference/"),
        ("get", "/messages/templates/"),
    ],
)
def test_without_the_permission_nothing_opens(sign_in, write, email, customer, method, address):
    browser = sign_in()
    message = write()

    answer = getattr(browser, method)(address.format(message=message.pk, customer=customer.pk))

    assert answer.status_code == 403
    assert Message.objects.get().state == "QUEUED"
