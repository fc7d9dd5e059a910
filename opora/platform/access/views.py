from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse

from opora.platform.permissions import public


@public
def login(request: HttpRequest) -> HttpResponse:
    """Ask for name and password. Failures are counted by django-axes, which locks the pair of name and address."""
    view = auth_views.LoginView.as_view(template_name="access/login.html", redirect_authenticated_user=True)
    response: HttpResponse = view(request)
    return response


@public
def logout(request: HttpRequest) -> HttpResponse:
    view = auth_views.LogoutView.as_view()
    response: HttpResponse = view(request)
    return response
