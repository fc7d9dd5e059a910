from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from opora.platform.screens.renderer import ScreensRenderer
from opora.platform.screens.templatetags import screens as tags


def rendered(source, **context):
    return Template("{% load screens %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+74951234567", "8 (495) 123-45-67"),
        ("+79161234567", "8 (916) 123-45-67"),
        ("+375291234567", "+375 29 123-45-67"),
        ("неизвестен", "неизвестен"),
        (None, ""),
    ],
)
def test_a_phone_is_written_as_people_write_it(stored, shown):
    assert tags.phone(stored) == shown


def test_a_moment_is_shown_in_the_zone_of_the_branch():
    moment = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)

    shown = tags.local(moment, "Asia/Yekaterinburg")

    assert shown == '<time datetime="2026-11-23T12:30:00+00:00" class="moment">23.11.2026 17:30</time>'


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=20), "только что"),
        (timedelta(minutes=1, seconds=5), "1 минуту назад"),
        (timedelta(hours=3, minutes=5), "3 часа назад"),
        (timedelta(days=11, minutes=5), "11 дней назад"),
        (timedelta(hours=-2, minutes=-5), "через 2 часа"),
    ],
)
def test_distance_in_time_is_said_in_russian(passed, said):
    with translation.override("ru"):
        assert f">{said}</time>" in tags.ago(timezone.now() - passed)


def test_a_term_says_its_level_in_words():
    with translation.override("ru"):
        page = rendered("{% due due_at %}", due_at=timezone.now() - timedelta(hours=30, seconds=5))

    assert 'data-level="red"' in page
    assert "просрочено 1\u00a0д 6\u00a0ч" in page


def test_the_working_time_left_is_shown_as_the_caller_says_it():
    due_at = timezone.now() + timedelta(days=9)

    page = rendered('{% due due_at remaining="2 раб. дня" level="amber" explain_url="/why/" %}', due_at=due_at)

    assert 'data-level="amber"' in page
    assert "2 раб. дня" in page
    assert 'hx-get="/why/" hx-trigger="show"' in page


def test_a_missing_term_is_said():
    with translation.override("ru"):
        assert "без срока" in rendered("{% due nothing %}", nothing=None)


def test_a_changed_query_keeps_the_filters_and_drops_what_is_empty():
    request = RequestFactory().get("/?state=OPEN&state=NEW&after=17")

    assert tags.query_string(Context({"request": request}), after=None, sort="due") == "?state=OPEN&state=NEW&sort=due"


def test_a_sorted_column_says_so_and_turns_round():
    page = rendered('{% column "due" "Срок" %}', request=RequestFactory().get("/?sort=due&after=5"))

    assert 'aria-sort="ascending"' in page
    assert 'href="?sort=-due"' in page


def test_a_stage_bar_marks_the_stage_of_now():
    stages = [SimpleNamespace(title="Приём", state="done"), SimpleNamespace(title="Ответ", state="late")]

    page = rendered("{% stage_bar stages %}", stages=stages)

    assert page.count('aria-current="step"') == 1
    assert 'data-state="late" aria-current="step"' in page


class Call(forms.Form):
    default_renderer = ScreensRenderer

    phone = forms.CharField(help_text="С кодом")
    day = forms.DateField(required=False)
    agreed = forms.BooleanField(required=False)


def test_a_message_stands_beside_its_field_and_is_announced():
    page = str(Call({"phone": ""})["phone"].as_field_group())

    assert 'class="form-control is-invalid"' in page
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in page
    assert '<p class="field-error" id="id_phone_error">' in page


def test_a_date_is_picked_by_the_browser_and_shown_back_in_its_format():
    form = Call(initial={"day": datetime(2026, 11, 23).date()})

    assert '<input type="date" name="day" value="2026-11-23" class="form-control" id="id_day">' in str(form["day"])


def test_the_field_tag_passes_attributes_on():
    page = rendered('{% field form.phone data_key="KeyP" inputmode="tel" %}', form=Call())

    assert 'data-key="KeyP"' in page
    assert 'inputmode="tel"' in page
