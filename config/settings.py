"""Every setting of every role, from the environment (docs/configuration.md). The gateway's hold no database."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from config.env import Env
from config.logs import logging_config
from config.storages import storage_setting

env = Env(os.environ)
BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL = BASE_DIR / ".local"

ROLE = env.text("WARREN_ROLE", "", help="set by `serve gateway` and by workers themselves: without a database")
DEBUG = False
HOST = env.text("WARREN_HOST", "127.0.0.1", help="address that the gateway listens on")
PORT = env.integer("WARREN_PORT", 8000, low=1, high=65535, help="port that the gateway listens on")
ADMIN_PORT = env.integer(
    "WARREN_ADMIN_PORT",
    8001,
    low=1,
    high=65535,
    help="port of the `admin` role, behind the gateway's /admin/",
)
ADMIN_HOST = env.text(
    "WARREN_ADMIN_HOST",
    "127.0.0.1",
    help="address that the `admin` role listens on; only gateways should reach it",
)
ADMIN_URL = env.url(
    "WARREN_ADMIN_URL",
    f"http://127.0.0.1:{ADMIN_PORT}",
    schemes=("http",),
    help="where the gateway finds the `admin` role",
)
PUBLIC_URL = env.url(
    "WARREN_PUBLIC_URL",
    f"http://localhost:{PORT}",
    schemes=("http", "https"),
    help="address that people type; origins and cookies are checked against it",
).rstrip("/")
TRUSTED_PROXIES = env.networks("WARREN_TRUSTED_PROXIES", "", help="networks whose X-Forwarded-For is believed")
SECRET_KEY = env.secret(
    "WARREN_SECRET_KEY",
    help="signs Django's sessions, seals the signing keys and derives refresh tokens; the same on every host",
)
DATABASE_URL = env.url(
    "WARREN_DATABASE_URL",
    "",
    schemes=("postgres", "postgresql"),
    secret=True,
    help="PostgreSQL; `bin/up` starts a private one when empty",
)
AMQP_URL = env.url(
    "WARREN_AMQP_URL",
    "",
    schemes=("amqp", "amqps"),
    secret=True,
    help="RabbitMQ, with this process's own user",
)
STORAGE_URL = env.url(
    "WARREN_STORAGE_URL",
    f"file://{LOCAL / 'storage'}",
    schemes=("file", "s3"),
    secret=True,
    help="where files are kept",
)
SPOOL = env.path("WARREN_SPOOL", LOCAL / "spool", help="folder of unfinished uploads, shared between gateways")
MAX_FILE_BYTES = env.integer(
    "WARREN_MAX_FILE_BYTES", 5 * 1024**3, low=1, high=2**50, help="bytes that one file may have"
)
QUOTA_BYTES = env.integer(
    "WARREN_QUOTA_BYTES", 20 * 1024**3, low=0, high=2**60, help="bytes that the files of one user may have together"
)
QUOTA_FILES = env.integer("WARREN_QUOTA_FILES", 100_000, low=0, high=2**31 - 1, help="files that one user may have")
MAX_UPLOADS = env.integer(
    "WARREN_MAX_UPLOADS", 200, low=1, high=1_000_000, help="unfinished uploads that one user may have"
)
UPLOAD_HOURS = env.integer(
    "WARREN_UPLOAD_HOURS", 24, low=1, high=24 * 365, help="hours after its last byte for which an upload can be resumed"
)
FILE_DAYS = env.integer(
    "WARREN_FILE_DAYS", 30, low=1, high=3650, help="days that a file is kept which was never posted"
)
LOG_DAYS = env.integer("WARREN_LOG_DAYS", 31, low=1, high=3650, help="days that the event log reaches back")
JOB_DAYS = env.integer("WARREN_JOB_DAYS", 90, low=1, high=3650, help="days that a job is kept after its end")
JOBS_PER_USER = env.integer(
    "WARREN_JOBS_PER_USER", 20_000, low=1, high=10_000_000, help="jobs of one user that may be waiting or running"
)
JOB_RETRY_SECONDS = env.integer(
    "WARREN_JOB_RETRY_SECONDS",
    4,
    low=0,
    high=3600,
    help="seconds until a failed job is tried again; twice as long each time",
)
LOG_FORMAT = env.text("WARREN_LOG_FORMAT", "json", help="json for machines, text for people")
LOG_LEVEL = env.text("WARREN_LOG_LEVEL", "INFO", help="DEBUG, INFO, WARNING or ERROR")
MAX_SOCKETS_PER_USER = env.integer(
    "WARREN_MAX_SOCKETS_PER_USER",
    20,
    low=1,
    high=100_000,
    help="open sockets that one user may have on a gateway",
)
MAX_SOCKETS_PER_ADDRESS = env.integer(
    "WARREN_MAX_SOCKETS_PER_ADDRESS",
    200,
    low=1,
    high=1_000_000,
    help="open sockets from one address on a gateway",
)
REQUESTS_PER_MINUTE = env.integer(
    "WARREN_REQUESTS_PER_MINUTE",
    1200,
    low=1,
    high=10_000_000,
    help="operations that one user may call in a minute, REST and WebSocket together",
)
LOGINS_PER_MINUTE = env.integer(
    "WARREN_LOGINS_PER_MINUTE",
    20,
    low=1,
    high=1_000_000,
    help="logins and registrations that one address may try in a minute",
)
DOWNLOAD_ALLOW = env.networks(
    "WARREN_DOWNLOAD_ALLOW", "", help="networks that download jobs may reach besides public ones"
)
DOWNLOAD_HOURS = env.integer(
    "WARREN_DOWNLOAD_HOURS",
    24,
    low=1,
    high=24 * 28,
    help="hours of work that a download may take, all its attempts together",
)
DOWNLOAD_SLOWEST = env.integer(
    "WARREN_DOWNLOAD_SLOWEST", 100, low=1, high=2**40, help="bytes a second below which a download is stalled"
)
DOWNLOAD_STALL_SECONDS = env.integer(
    "WARREN_DOWNLOAD_STALL_SECONDS", 60, low=1, high=3600, help="seconds after which a stalled download is tried again"
)
DOWNLOAD_RATE = env.integer(
    "WARREN_DOWNLOAD_RATE", 0, low=0, high=2**40, help="bytes a second that one download may take; 0 is no limit"
)
DOWNLOADS_PER_USER = env.integer(
    "WARREN_DOWNLOADS_PER_USER", 4, low=1, high=10_000, help="downloads of one user that run at a time"
)
DOWNLOADS_PER_HOST = env.integer(
    "WARREN_DOWNLOADS_PER_HOST", 4, low=1, high=10_000, help="downloads from one host that run at a time"
)
DATASETS_PER_USER = env.integer(
    "WARREN_DATASETS_PER_USER", 500, low=1, high=1_000_000, help="datasets that one user may have"
)
DATASET_QUOTA_BYTES = env.integer(
    "WARREN_DATASET_QUOTA_BYTES",
    20 * 1024**3,
    low=0,
    high=2**60,
    help="bytes that the datasets of one user may have together, and that one packed file may unpack to",
)
UNDO_DAYS = env.integer(
    "WARREN_UNDO_DAYS", 7, low=0, high=3650, help="days that what an import replaced is kept, to be brought back"
)
FAILPOINTS = env.text("WARREN_FAILPOINTS", "", help="for tests only: names of steps at which a process kills itself")

_services = ["userservice", "messageservice", "jobs", "eventlog"]
_admin = [
    "config.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
_common = [
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config",
    "bus",
    "supervisor",
]
_gateway = ["daphne", *_common, "channels", "apigateway"]
_child = ["jobs"]  # loads in a third of the time
_apps = {"gateway": _gateway, "child": _child, "data-child": _child}
INSTALLED_APPS = _apps.get(ROLE, ["daphne", *_admin, *_common, *_services])


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL URL. No lock may freeze a service: every wait has a limit (DESIGN §4)."""
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": parts.path.lstrip("/"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"connect_timeout": 2, "tcp_user_timeout": 5000, "application_name": "warren"},
    }


DATABASES = {"default": database(DATABASE_URL)} if DATABASE_URL and ROLE not in ("gateway", "child") else {}
AUTH_USER_MODEL = "userservice.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["userservice.passwords.BoundedArgon2"]
AUTHENTICATION_BACKENDS = ["userservice.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
]
ALLOWED_HOSTS = ["*"]  # the gateway checks Host against PUBLIC_URL where it matters: Origin and links
ROOT_URLCONF = "apigateway.urls" if ROLE == "gateway" else "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = None
SILENCED_SYSTEM_CHECKS = ["security.W003"]
MIDDLEWARE = (
    []  # the gateway's own ASGI layer sets headers and limits: Django's middleware would cost a thread each
    if ROLE == "gateway"
    else [
        "django.middleware.security.SecurityMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
)
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"]
            if ROLE == "gateway"
            else [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/admin/"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
STORAGES = {
    "default": storage_setting(STORAGE_URL),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
LOGGING_CONFIG = None
logging_config(style=LOG_FORMAT, level=LOG_LEVEL)
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "apigateway.rest.views.handle_exception",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Warren",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["apigateway.rest.schema.finish"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
