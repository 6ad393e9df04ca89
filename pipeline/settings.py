"""Django settings, derived from the Calmdesk configuration; nothing here is edited by users.

`activate(config)` configures Django for this process. Tools that insist on a settings module (the type checker, the
test runner) import this file, which then shows the shape with a database in memory.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url

from pipeline.config import CalmdeskConfig, Config, DatabaseConfig
from pipeline.errors import ConfigError

PACKAGE = Path(__file__).resolve().parent
LINK_DAYS = 3
"""How long a link to set a password is good."""
CONNECTION_SECONDS = 600
"""So long a thread of the page keeps its connection: to open one costs more than most pages ask of it."""
TRIES, NAME_TRIES, ADDRESS_TRIES, LOCK_MINUTES = 5, 50, 50, 15
LOGIN_LIMITS = {("username", "ip_address"): TRIES, ("username",): NAME_TRIES, ("ip_address",): ADDRESS_TRIES}
"""How many wrong passwords lock a name from one address, a name from everywhere, an address for every name."""
_LOCKS: dict[str, Any] = {
    # Wrong passwords are counted in the database, so for every process together.
    "AXES_HANDLER": "pipeline.review.throttle.Throttle",
    "AXES_LOCKOUT_PARAMETERS": [list(measure) for measure in LOGIN_LIMITS],
    "AXES_FAILURE_LIMIT": TRIES,
    "AXES_COOLOFF_TIME": timedelta(minutes=LOCK_MINUTES),
    # Who goes on trying while locked out does not make it longer: it ends when it was said to.
    "AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT": False,
    "AXES_RESET_ON_SUCCESS": True,
    "AXES_LOCKOUT_TEMPLATE": "review/locked.html",
    "AXES_SENSITIVE_PARAMETERS": ["username", "ip_address", "csrfmiddlewaretoken", "next"],
    "AXES_DISABLE_ACCESS_LOG": True,
    "AXES_ENABLE_ADMIN": False,
    "AXES_VERBOSE": False,
}


def _database(url: str, home: Path) -> dict[str, Any]:
    try:
        database: dict[str, Any] = dict(
            dj_database_url.parse(url, conn_max_age=CONNECTION_SECONDS, conn_health_checks=True)
        )
    except (ValueError, dj_database_url.UnknownSchemeError) as error:
        raise ConfigError(f"calmdesk.yaml: database.url: {error}") from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        if database["NAME"] != ":memory:":
            database["NAME"] = str(home / database["NAME"])
        # A read that becomes a write fails at once under WAL, so every transaction takes the write lock first.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    return database


def _secret_key(file: Path) -> str:
    """The key that signs sessions: made once, readable by the owner alone."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(64), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def django_settings(config: CalmdeskConfig, home: Path, secret_key: str) -> dict[str, Any]:
    https = config.page.https
    origins = [f"{'https' if https else 'http'}://{name}" for name in config.page.hostnames]
    return {
        "SECRET_KEY": secret_key,
        "DEBUG": False,
        "ALLOWED_HOSTS": list(config.page.hostnames),
        "CSRF_TRUSTED_ORIGINS": origins if https else [],
        "DATABASES": {"default": _database(config.database.url, home)},
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.staticfiles",
            "axes",
            "django_htmx",
            "pipeline.store",
            "pipeline.review",
        ],
        "MIDDLEWARE": [
            "django.middleware.security.SecurityMiddleware",
            "pipeline.review.problems.ApiProblems",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "pipeline.review.security.content_security_policy",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "pipeline.review.sessions.LoginSessions",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "django_htmx.middleware.HtmxMiddleware",
            "pipeline.review.busy.BusyDatabase",
            "axes.middleware.AxesMiddleware",
        ],
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        "ROOT_URLCONF": "pipeline.review.urls",
        "LOGIN_URL": "login",
        "LOGIN_REDIRECT_URL": "queue",
        "LOGOUT_REDIRECT_URL": "login",
        "AUTHENTICATION_BACKENDS": [
            "axes.backends.AxesStandaloneBackend",
            "django.contrib.auth.backends.ModelBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        ],
        "PASSWORD_RESET_TIMEOUT": LINK_DAYS * 24 * 3600,
        **_LOCKS,
        # The prefix has browsers refuse a cookie that a neighbour under the same domain, or plain http, tries to set.
        "SESSION_COOKIE_NAME": "__Host-sessionid" if https else "sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken" if https else "csrftoken",
        "SESSION_COOKIE_AGE": config.page.session_hours * 3600,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": https,
        "CSRF_COOKIE_SECURE": https,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "SAMEORIGIN",
        "STATIC_URL": "static/",
        # Files are served straight from the installed packages: nothing to collect, nothing to forget.
        "WHITENOISE_USE_FINDERS": True,
        "WHITENOISE_AUTOREFRESH": False,
        "USE_I18N": False,  # the pages are English, and to look up how that writes a number costs time
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "LOGGING_CONFIG": None,
    }


def activate(config: Config) -> None:
    """Configure Django for this process; once."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    key = _secret_key(config.home / config.calmdesk.page.secret_key_file)
    settings.configure(CALMDESK=config, **django_settings(config.calmdesk, config.home, key))
    django.setup()


CALMDESK: Config | None = None
_IN_MEMORY = DatabaseConfig(url="sqlite://:memory:")
globals().update(django_settings(CalmdeskConfig(database=_IN_MEMORY), PACKAGE, "not-a-secret: for tools only"))
