"""All settings, read from the environment by strict parsers. docs/reference/settings.md explains each one.

Everything the installation keeps (database, files, keys, logs) lives under one folder, QSMS_HOME.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import qsms
from qsms.base import env
from qsms.config.home import HOME, SQLITE

DEMO = env.flag("QSMS_DEMO")
DEBUG = env.flag("QSMS_DEBUG")


def installation_secret() -> str:
    """The secret of this installation: from the environment, else made once and kept under QSMS_HOME/keys."""
    given = env.text("QSMS_SECRET_KEY")
    if given:
        if len(given) < 40:
            raise env.BadSetting("QSMS_SECRET_KEY is shorter than 40 characters. Write a longer random text.")
        return given
    path = HOME / "keys" / "secret"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"secret.{secrets.token_hex(6)}")
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        draft.chmod(0o600)
        try:
            # A hard link is made by one starting process only; the others read what the first one wrote.
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text(encoding="ascii")


HOME.mkdir(parents=True, exist_ok=True)
(HOME / "logs").mkdir(exist_ok=True, mode=0o700)
SECRET_KEY = installation_secret()

BIND = env.text("QSMS_BIND", "127.0.0.1")
PORT = env.number("PORT", 8000, low=1, high=65535)
WEB_WORKERS = env.number("QSMS_WORKERS", 2, low=1, high=64)
WEB_THREADS = env.number("QSMS_THREADS", 3, low=1, high=64)
JOB_WORKERS = env.number("QSMS_JOB_WORKERS", 1, low=0, high=64)
BASE_URL = env.text("QSMS_URL", f"http://localhost:{PORT}").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("QSMS_HOSTS", "*" if DEMO or DEBUG else "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "qsms_session"
CSRF_COOKIE_NAME = "qsms_csrf"
SESSION_COOKIE_AGE = env.number("QSMS_SESSION_HOURS", 12, low=1, high=720) * 3600
SESSION_ENGINE = "qsms.base.sessions"
AUTHENTICATION_BACKENDS = ["qsms.org.backend.Accounts"]
# Whether X-Forwarded-Proto and X-Forwarded-For come from a proxy of ours and may be believed.
BEHIND_PROXY = env.flag("QSMS_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Only a proxy brings https to us; without one a redirect to https would lead back here for ever.
SECURE_SSL_REDIRECT = HTTPS and BEHIND_PROXY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "qsms.base",
    "qsms.org",
    "qsms.records",
    "qsms.ui",
    "qsms.search",
    "qsms.api",
    "qsms.notify",
    "qsms.exchange",
    "qsms.actions",
    "qsms.risk",
    "qsms.documents",
    "qsms.standards",
    "qsms.reports",
    "qsms.training",
    "qsms.site",
    "qsms.overview",
    "qsms.impact",
]

MIDDLEWARE = [
    "qsms.site.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "qsms.ui.csp.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "qsms.site.compression.CompressPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qsms.org.middleware.ActorMiddleware",
    "qsms.site.doorkeeper.SignInRequired",
    "qsms.site.doorkeeper.KeepPrivate",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qsms.ui.typed.WithoutNul",
    "qsms.ui.answers.ServiceAnswers",
]

CSRF_FAILURE_VIEW = "qsms.site.doorkeeper.refuse_form"
ROOT_URLCONF = "qsms.site.urls"
WSGI_APPLICATION = "qsms.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "qsms.ui.context.shell"],
            "string_if_invalid": "",
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL"), SQLITE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.Account"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_LENGTH = 12
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"

_mail_url = env.text("QSMS_MAIL_URL")
MAIL_ON = bool(_mail_url)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("QSMS_MAIL_FROM", "OpenQSMS <openqsms@localhost>")
globals().update(env.mail(_mail_url))

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
# Every word is marked for translation, but no catalogue ships yet. Looking each of them up costs a fifth of a page, so
# that begins with the first catalogue.
USE_I18N = any(Path(qsms.__path__[0]).glob("*/locale/*/LC_MESSAGES/*.mo"))
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# `qsms serve` collects what has changed: compressed, and under names that hold a hash, so that browsers keep them.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# A file without a hashed name is served under its own; no page fails for that.
WHITENOISE_MANIFEST_STRICT = False

FILE_LIMIT_MB = env.number("QSMS_FILE_LIMIT_MB", 50, low=1, high=2000)

# With QSMS_JOBS_AT_ONCE long work is done in the request that asks for it: for tests and commands.
TASKS = {
    "default": {
        "BACKEND": "qsms.base.jobs.backend.JobBackend",
        "OPTIONS": {"immediate": env.flag("QSMS_JOBS_AT_ONCE")},
    }
}

# What went wrong is written with its traceback where the server runs and under QSMS_HOME/logs, and sent nowhere.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"mark": {"()": "qsms.base.log_marks.Mark"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{mark}] {message}", "style": "{"}},
    "handlers": {
        "file": {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": HOME / "logs" / "server.log",
            "delay": True,
            "encoding": "utf-8",
            "formatter": "line",
            "filters": ["mark"],
        },
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mark"]},
    },
    "loggers": {
        "django": {"handlers": ["file", "console"], "level": "ERROR"},
        "qsms": {"handlers": ["file", "console"], "level": "WARNING"},
    },
}
