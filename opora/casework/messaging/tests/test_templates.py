import pytest

from opora.casework.messaging.models import MessageTemplate
from opora.casework.messaging.operations import (
    SubjectMissing,
    TextMissing,
    UnknownField,
    change_template,
    load_templates,
)
from opora.casework.messaging.queries import templates_in_force, versions_of
from opora.casework.messaging.stages import Channel
from opora.platform.errors import ChangedMeanwhile, NotVisible
from opora.platform.journal.queries import history_of


def test_every_installation_has_the_words_about_cases(templates):
    built_in = {(code, channel) for code, channel in templates if code.startswith("case_")}

    assert built_in == {
        (f"case_{what}", channel)
        for what in ("registered", "answered", "extended", "closed")
        for channel in ("EMAIL", "SMS")
    }
    assert templates["case_answered", "EMAIL"].purpose == "ANSWER"
    assert templates["case_registered", "EMAIL"].purpose == "SERVICE"


def test_loading_again_keeps_changed_words(templates, admin):
    old = templates["case_closed", "SMS"]
    change_template(template_id=old.pk, subject="", body="Готово: {number}", by=admin)

    assert load_templates(by=admin) == []
    assert templates_in_force("case_closed")[Channel.SMS].body == "Готово: {number}"


def test_a_change_makes_a_version_and_keeps_the_old_one(templates, admin):
    old = templates["case_closed", "EMAIL"]

    new = change_template(template_id=old.pk, subject=" Готово:  {number} ", body="{text}\r\n{phone}\r\n", by=admin)

    assert (new.version, new.subject, new.body) == (2, "Готово: {number}", "{text}\n{phone}")
    assert [(v.version, v.replaced_at is None) for v in versions_of("case_closed", "EMAIL")] == [(2, True), (1, False)]
    assert history_of(new)[0].facts["version"] == 2


def test_a_change_of_nothing_makes_no_version(templates, admin):
    old = templates["case_closed", "EMAIL"]

    same = change_template(template_id=old.pk, subject=old.subject, body=old.body, by=admin)

    assert same == old
    assert MessageTemplate.objects.filter(code="case_closed").count() == 2


def test_the_second_editor_does_not_overwrite_the_first(templates, admin):
    old = templates["case_closed", "SMS"]
    change_template(template_id=old.pk, subject="", body="Первый", by=admin)

    with pytest.raises(ChangedMeanwhile):
        change_template(template_id=old.pk, subject="", body="Второй", by=admin)

    assert templates_in_force("case_closed")[Channel.SMS].body == "Первый"


@pytest.mark.parametrize(
    ("subject", "body", "error", "field"),
    [
        ("Тема", "{answer} {surname}", UnknownField, "body"),
        ("Тема {surname}", "{answer}", UnknownField, "subject"),
        ("Тема", "  ", TextMissing, "body"),
        ("Тема", "я" * 20_001, TextMissing, "body"),
        (" ", "{answer}", SubjectMissing, "subject"),
        ("я" * 201, "{answer}", SubjectMissing, "subject"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(templates, admin, subject, body, error, field):
    old = templates["case_answered", "EMAIL"]

    with pytest.raises(error) as refusal:
        change_template(template_id=old.pk, subject=subject, body=body, by=admin)

    assert refusal.value.field == field
    if error is UnknownField:
        assert "{surname}" in str(refusal.value)
        assert "{number}, {topic}, {answer}, {name}, {company}, {phone}" in str(refusal.value)
    assert templates_in_force("case_answered")[Channel.EMAIL] == old


def test_there_is_no_such_template(templates, admin):
    with pytest.raises(NotVisible):
        change_template(template_id=10**9, subject="", body="…", by=admin)
