"""Pages that belong to no module: the guide to components, the language switch, the error pages."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from opora.platform.permissions import public


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and return to the page."""
    return set_language(request)


class Sample(forms.Form):
    """One field of each kind, for the guide."""

    name = forms.CharField(label="Фамилия, имя, отчество", help_text="Как в документе.")
    phone = forms.CharField(label="Телефон", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    kind = forms.ChoiceField(label="Вид", choices=[("", "—"), ("A", "Первый"), ("B", "Второй")])
    day = forms.DateField(label="Дата", required=False)
    answer = forms.ChoiceField(
        label="Как ответить", choices=[("E", "Почта"), ("S", "СМС")], widget=forms.RadioSelect, required=False
    )
    text = forms.CharField(label="Текст", widget=forms.Textarea(attrs={"rows": 4}))
    agreed = forms.BooleanField(label="Согласие получено", required=False)
    scan = forms.FileField(label="Скан", required=False)

    def clean_phone(self) -> str:
        number: str = self.cleaned_data["phone"]
        if number and not number.startswith("+"):
            raise forms.ValidationError("Начните с +7.")
        return number


@public
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; a POST shows the form with its messages."""
    now = timezone.now()
    form = Sample(request.POST if request.method == "POST" else None)
    invalid = form.is_bound and not form.is_valid()
    context = {
        "form": form,
        "now": now,
        "dues": [
            {"due_at": now + timedelta(days=6), "level": None, "remaining": "4 раб. дня"},
            {"due_at": now + timedelta(hours=5), "level": None, "remaining": None},
            {"due_at": now - timedelta(hours=30), "level": None, "remaining": None},
            {"due_at": now + timedelta(days=2), "level": "paused", "remaining": "пауза: ждём документы"},
            {"due_at": now - timedelta(days=2), "level": "met", "remaining": "в срок"},
        ],
        "stages": [
            {"title": "Регистрация", "state": "done", "note": "15 мин"},
            {"title": "Проверка", "state": "done", "note": "2 дня"},
            {"title": "Подготовка", "state": "late", "note": "просрочено 1 д"},
            {"title": "Согласование", "state": "waiting", "note": "2 раб. дня"},
            {"title": "Ответ", "state": "waiting", "note": ""},
        ],
        "history": [
            {"at": now - timedelta(minutes=4), "actor": "Смирнова Ольга", "title": "Изменён ответственный",
             "icon": "user-check", "changes": [{"name": "Кто", "before": "Иванов И.", "after": "Петрова А."}]},
            {"at": now - timedelta(hours=3), "actor": "Система", "title": "Отправлено СМС", "icon": "message",
             "tone": "good", "text": "Ваше обращение принято, номер 77-2026-000123."},
            {"at": now - timedelta(days=1), "actor": "Иванов Игорь", "title": "Зарегистрировано", "icon": "inbox"},
        ],
        "tabs": [
            {"id": "contacts", "title": "Контакты", "url": f"{request.path}fragment/", "count": 12},
            {"id": "documents", "title": "Документы", "url": f"{request.path}fragment/?n=2", "count": 3},
            {"id": "payments", "title": "Платежи", "url": f"{request.path}fragment/?n=3"},
        ],
        "rows": range(1, 9),
        "explain_url": f"{request.path}fragment/",
        "navigation": [
            {"title": "Работа", "items": [
                {"title": "Компоненты", "url": request.path, "icon": "layout-dashboard", "key": "KeyO", "active": True},
                {"title": "Очередь", "url": "#queue", "icon": "inbox", "count_url": f"{request.path}fragment/?count=7"},
                {"title": "Звонки", "url": "#calls", "icon": "headset"},
            ]},
            {"title": "Справочники", "items": [
                {"title": "Клиенты", "url": "#customers", "icon": "users"},
                {"title": "Знания", "url": "#knowledge", "icon": "book-2"},
            ]},
        ],
        "search_url": request.path,
    }  # fmt: skip
    return render(request, "screens/styleguide.html", context, status=422 if invalid else 200)


@public
@require_GET
def fragment(request: HttpRequest) -> HttpResponse:
    """A part for the guide: what a tab, a tip or a count loads."""
    return render(request, "screens/_styleguide_fragment.html", {"count": request.GET.get("count")})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "screens/errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "screens/errors/403.html", status=403)


def session_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is not the session's: usually a page kept open since before the sign-in."""
    return render(request, "screens/errors/csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "screens/errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Lean on nothing that may be what is broken: no user, no database."""
    return HttpResponse(render_to_string("screens/errors/500.html"), status=500)
