from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from opora.platform.permissions import public


@public
def login(request: HttpRequest) -> HttpResponseBase:
    """Ask for name and password. Failures are counted by django-axes, which locks the pair of name and address."""
    return auth_views.LoginView.as_view(template_name="access/login.html", redirect_authenticated_user=True)(request)


@public
def logout(request: HttpRequest) -> HttpResponseBase:
    return auth_views.LogoutView.as_view()(request)


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: object) -> HttpResponse:
    """What django-axes shows instead of the login page after too many failures."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    return render(request, "access/locked_out.html", {"minutes": minutes}, status=429)
