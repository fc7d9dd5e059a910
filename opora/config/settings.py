"""Settings: one file, from the environment only.

`OPORA_HOME` holds what the installation owns: the secret key, the embedded database, files of users.
`OPORA_DATABASE_URL` names an outside PostgreSQL 15 or later; without it the embedded one is used.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = Path(os.environ.get("OPORA_HOME") or ROOT / ".opora").resolve()
PORT = int(os.environ.get("OPORA_PORT") or 8000)


def _secret_key() -> str:
    """The key of this installation, made at the first start."""
    if key := os.environ.get("OPORA_SECRET_KEY"):
        return key
    path = HOME / "secret-key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _database() -> dict[str, object]:
    """Connect as the owner of the database and step down to the role that owns no table.

    Migrations run with `OPORA_DATABASE_ROLE=none`, as the owner.
    """
    url = urlsplit(os.environ.get("OPORA_DATABASE_URL") or f"postgresql://postgres@/opora?host={HOME / 'postgres'}")
    query = dict(parse_qsl(url.query))
    role = os.environ.get("OPORA_DATABASE_ROLE") or "opora_app"
    options = {} if role == "none" else {"options": f"-c role={role}"}
    return {
        "ENGINE": "opora.platform.postgresql",
        "NAME": url.path.lstrip("/") or "opora",
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": query.pop("host", None) or url.hostname or "",
        "PORT": str(url.port or query.pop("port", "")),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**query, **options},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


SECRET_KEY = _secret_key()
DEBUG = bool(os.environ.get("OPORA_DEBUG"))
ALLOWED_HOSTS = os.environ.get("OPORA_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("OPORA_ORIGINS", "").split(",") if origin]
PUBLIC_URL = os.environ.get("OPORA_PUBLIC_URL") or f"http://127.0.0.1:{PORT}"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "axes",
    "ninja",
    "opora.platform.access",
    "opora.platform.journal",
    "opora.platform.numbering",
    "opora.platform.calendar",
    "opora.platform.files",
    "opora.platform.live",
    "opora.platform.search",
    "opora.platform.rest",
    "opora.platform.screens",
    "django.forms",  # after our own templates of widgets
    "opora.registry.addresses",
    "opora.registry.organization",
    "opora.registry.grid",
    "opora.registry.customers",
    "opora.casework.messaging",
    "opora.casework.cases",
    "opora.processes.telecontrol",
    "opora.processes.outages",
    "opora.gateways.gar",
    "opora.gateways.cim",
    "opora.workplaces.operator",
    "opora.workplaces.dispatcher",
    "opora.workplaces.executor",
    "opora.workplaces.supervisor",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "opora.platform.screens.middleware.ContentPolicyMiddleware",
    "opora.platform.files.middleware.RequestSizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "opora.platform.screens.middleware.ToastMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "opora.platform.access.middleware.ScopeMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "opora.config.navigation.frame",
            ],
        },
    },
]
FORM_RENDERER = "opora.platform.screens.renderer.ScreensRenderer"
ROOT_URLCONF = "opora.config.urls"
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "opora.platform.access.backends.PermissionsBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "access:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "opora.platform.access.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = True
CSRF_FAILURE_VIEW = "opora.platform.screens.views.session_expired"
SESSION_ENGINE = "opora.platform.access.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if PUBLIC_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [ROOT / "opora" / "config" / "locale", ROOT / "opora" / "platform" / "locale"]
TIME_ZONE = "Europe/Moscow"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "opora.config.static.VersionedStorage"},
}
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
#: Bytes of one file, and of one request with all its files.
FILE_LIMIT = int(os.environ.get("OPORA_FILE_LIMIT_MB") or 25) * 1024 * 1024
REQUEST_LIMIT: int = 4 * FILE_LIMIT

#: Requests a second one user may send to the API, on average, for each web worker.
API_RATE = float(os.environ.get("OPORA_API_RATE") or 500)

CUSTOMER_TABS = "opora.config.navigation.customer_tabs"
ELEMENT_TABS = "opora.config.navigation.element_tabs"
CUSTOMER_LINE = "opora.config.navigation.customer_line"
#: What stands above the network and is called by its doors: who reads files, who follows switches and bindings.
NETWORK_READER = "opora.gateways.cim.reading.read_cim"
APPLY_POSITIONS = "opora.processes.outages.operations.apply_positions"
TELECONTROL_LINK = "opora.gateways.iec104.link.Iec104Link"
BIND_USAGE_POINTS = "opora.registry.customers.operations.bind_usage_points"
#: smtp://user:password@host:587 or smtps://…; without one, letters are put into the folder OPORA_HOME/outbox.
SMTP_URL = os.environ.get("OPORA_SMTP_URL", "")
MAIL_FROM = os.environ.get("OPORA_MAIL_FROM", "opora@localhost")
OUTBOX = HOME / "outbox"
#: The gateway of each channel of messages.
TRANSPORTS: dict[str, str] = {
    "EMAIL": f"opora.gateways.mail.{'smtp.SmtpTransport' if SMTP_URL else 'outbox.OutboxTransport'}"
}
#: What every message may say of us.
MESSAGE_FIELDS = {
    "company": os.environ.get("OPORA_COMPANY", "Сетевая компания"),
    "phone": os.environ.get("OPORA_CONTACT_PHONE", "8 (800) 000-00-00"),
}

SUBSCRIPTIONS = "opora.config.subscriptions.SUBSCRIPTIONS"
PROCRASTINATE_IMPORT_PATHS = [
    "opora.platform.journal.operations",
    "opora.casework.messaging.handlers",
    "opora.config.schedule",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("OPORA_LOG_LEVEL", "WARNING")},
}
