"""Settings of Django, made from those of the installation."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from lantian.desk.env import env
from lantian.desk.site.database import django_database

_ENV = env()
_DESK = _ENV.settings.desk
#: A cookie of this name is taken by browsers from this host and by TLS alone.
_COOKIE = "__Host-lantian" if _ENV.https else "lantian"
_HERE = Path(__file__).parent

DEBUG = False
SECRET_KEY = _ENV.key("secret")
ALLOWED_HOSTS = _DESK.hosts
ROOT_URLCONF = "lantian.desk.site.urls"
WSGI_APPLICATION = "lantian.desk.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Account"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks_db",
    "lantian.desk.site",
    "lantian.desk.log",
    "lantian.desk.rights",
    "lantian.desk.privacy",
    "lantian.desk.accounts",
    "lantian.desk.jobs",
    "lantian.desk.intents",
    "lantian.desk.register",
    "lantian.desk.places",
    "lantian.desk.people",
    "lantian.desk.sources",
    "lantian.desk.stations",
    "lantian.desk.devices",
    "lantian.desk.duties",
    "lantian.desk.quality",
    "lantian.desk.air",
    "lantian.desk.profiles",
    "lantian.desk.notices",
    "lantian.desk.calibration",
    "lantian.desk.alarms",
    "lantian.desk.myday",
    "lantian.desk.wall",
    "lantian.desk.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "lantian.desk.api.middleware.ApiMiddleware",
    "lantian.desk.site.middleware.RequestMiddleware",
    "lantian.desk.site.receiving.ReceivingMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lantian.desk.rights.middleware.RightsMiddleware",
    "lantian.desk.accounts.gate.GateMiddleware",
    "lantian.desk.site.middleware.ErrorMiddleware",
]

FORM_RENDERER = "lantian.desk.site.form_look.FormLook"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["lantian.desk.site.templatetags.desk"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "lantian.desk.site.context.page",
            ],
        },
    }
]

DATABASES: dict[str, Any] = {"default": django_database(_ENV)}

TIME_ZONE = _DESK.time_zone
USE_TZ = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = f"{_COOKIE}_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

STATIC_URL = "/static/"
STATIC_ROOT = _ENV.folder / "static"
STATICFILES_DIRS = [_HERE / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": _ENV.folder / "files"},
    },
    "staticfiles": {"BACKEND": "lantian.desk.site.statics.HashedStatics"},
}

# What more than a file a request may hold: forms of 2 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = [
    "lantian.desk.site.receiving.BoundedHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Not in a cookie of their own.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SESSION_ENGINE = "lantian.desk.accounts.session"
SESSION_COOKIE_AGE = int(timedelta(hours=_DESK.session_max_h).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_NAME = f"{_COOKIE}_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _ENV.https
CSRF_COOKIE_NAME = f"{_COOKIE}_csrf"
CSRF_COOKIE_SECURE = _ENV.https
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [_DESK.public_url] if _DESK.public_url else []
CSRF_FAILURE_VIEW = "lantian.desk.site.views.csrf_refused"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _ENV.https else 0
if _DESK.tls_by_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "worker-src": [CSP.SELF, "blob:"],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Refused and unknown addresses are no faults of the desk.
    "loggers": {"django.request": {"level": "ERROR"}},
}
