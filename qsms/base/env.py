"""Strict readers of environment variables: nonsense is refused at start, not discovered in production."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit


class BadSetting(ValueError):
    """An environment variable holds something that cannot be used. The text says what and how to mend it."""


PREFIX = "QSMS_"
# Every variable of ours. A name that begins like them and is none of them was meant to be one.
NAMES = frozenset({
    "QSMS_BEHIND_PROXY", "QSMS_BENCH_DATABASE_URL", "QSMS_BIND", "QSMS_DEBUG", "QSMS_DEMO", "QSMS_FILE_LIMIT_MB",
    "QSMS_HOME", "QSMS_HOSTS", "QSMS_JOBS_AT_ONCE", "QSMS_JOB_WORKERS", "QSMS_MAIL_FROM", "QSMS_MAIL_URL",
    "QSMS_SECRET_KEY", "QSMS_SESSION_HOURS", "QSMS_THREADS", "QSMS_URL", "QSMS_WORKERS",
})  # fmt: skip
# Those of the developers' tests, which read them by themselves.
OTHERS = "QSMS_TEST_"

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def refuse_misspelt(*, env: Mapping[str, str] = os.environ) -> None:
    """Raise BadSetting for a variable that looks like one of ours and is none: it would be passed over in silence."""
    for given in sorted(env):
        name = given.removesuffix("_FILE")
        if not given.startswith(PREFIX) or given.startswith(OTHERS) or name in NAMES:
            continue
        near = get_close_matches(name, sorted(NAMES), n=1)
        way = f"Did you mean {near[0]}?" if near else "Take it away, or look at docs/reference/settings.md."
        raise BadSetting(f"There is no setting {given}. {way}")


def text(name: str, default: str = "", *, env: Mapping[str, str] = os.environ) -> str:
    """The value of `name`, or of the file named in `name`_FILE (for secrets mounted as files)."""
    path = env.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise BadSetting(f"{name}_FILE names “{path}”, which cannot be read: {error.strerror}.") from error
    return env.get(name, default).strip()


def flag(name: str, default: bool = False, *, env: Mapping[str, str] = os.environ) -> bool:
    """True or false; anything but 1/0, true/false, yes/no, on/off is refused."""
    raw = text(name, "1" if default else "0", env=env).lower()
    if raw in TRUE:
        return True
    if raw in FALSE:
        return False
    raise BadSetting(f"{name} is “{raw}”. Write 1 or 0.")


def number(name: str, default: int, *, low: int, high: int, env: Mapping[str, str] = os.environ) -> int:
    """A whole number from `low` to `high`, both included."""
    raw = text(name, str(default), env=env)
    try:
        value = int(raw)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        raise BadSetting(f"{name} is “{raw}”. Write a whole number from {low} to {high}.")
    return value


def choice(name: str, default: str, allowed: tuple[str, ...], *, env: Mapping[str, str] = os.environ) -> str:
    """One of the words in `allowed`."""
    raw = text(name, default, env=env)
    if raw not in allowed:
        raise BadSetting(f"{name} is “{raw}”. Write one of: {', '.join(allowed)}.")
    return raw


def words(name: str, default: str = "", *, env: Mapping[str, str] = os.environ) -> list[str]:
    """A comma-separated list without empty entries."""
    return [part.strip() for part in text(name, default, env=env).split(",") if part.strip()]


# Every question of a page is short: starting helpers or a compiler for it costs PostgreSQL more than it saves.
SHORT_QUERIES = "-c jit=off -c max_parallel_workers_per_gather=0"


def database(url: str, sqlite_path: Path) -> dict[str, object]:
    """Django's description of the database that `url` names; an empty one means SQLite at `sqlite_path`.

    SQLite runs with a write-ahead log and immediate transactions: a deferred transaction that turns into a write
    while another one writes fails at once, whatever the busy timeout.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sqlite_path,
            # Opening costs 4 ms: functions, pragmas and the schema anew. A connection is kept by its thread, so its
            # cache gets 128 KiB and not the 2 MB of SQLite, and it keeps 16 statements ready and not the 128 of Python:
            # what is read often is in the cache of the system, and preparing one more takes no time that shows.
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "cached_statements": 16,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-128;"
                ),
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"DATABASE_URL begins with “{parts.scheme}:”. Write postgresql://user:password@host/name.")
    if not parts.path.strip("/"):
        raise BadSetting("DATABASE_URL names no database. Write postgresql://user:password@host/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": SHORT_QUERIES,
            **{k: v for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "host"},
        },
    }


def mail(url: str) -> dict[str, object]:
    """Django's settings for the mail server that `url` names; an empty one means that no mail is sent."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps", "smtp+starttls"} or not parts.hostname:
        raise BadSetting(
            f"QSMS_MAIL_URL begins with “{parts.scheme}:”. Write smtp+starttls://user:password@host:587, "
            "smtps://user:password@host:465 or smtp://host:25."
        )
    ports = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_TIMEOUT": 20,
    }
