"""Every page asks for a person unless it is on the list; and what is sent along with every answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

# Whoever adds a page for visitors writes it down here, with a reason for visitors to see it.
PUBLIC = {
    "sign-in": "the door itself",
    "sign-out": "leaving needs no right",
    "forgot-password": "whoever forgot it is not signed in",
    "one-time-link": "the link is the proof",
    "set-up": "nobody can sign in yet; the printed link is the proof",
    "set-up-step": "as set-up",
    "prefer": "the theme of the sign-in page; kept in a cookie of the visitor",
    "choose": "whoever has no account is led to the anonymous forms, or to the door",
    "choose-anonymous": "reporting without a name needs no account",
    "form-anonymous": "as choose-anonymous",
    "mailbox": "the code is the proof",
    "gallery": "only with DEBUG",
    "gallery-page": "only with DEBUG",
    "gallery-palette": "only with DEBUG",
}


def routes(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one)
        else:
            yield one


def test_only_what_is_written_down_is_open_to_visitors():
    # The API has a door of its own, tokens and sessions: qsms/api/tests.
    pages = [one for one in routes() if not one.callback.__module__.startswith(("ninja.", "qsms.api."))]
    assert {one.name for one in pages if not getattr(one.callback, "login_required", True)} == set(PUBLIC)
    assert sum(1 for _one in routes()) > 40


@pytest.mark.parametrize("path", ["/account/", "/administration/", "/administration/people/1/", "/r/action/"])
def test_a_visitor_is_sent_to_the_door(client, cast, path):
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")


def test_what_goes_along_with_every_page(client, cast):
    client.force_login(cast.safety.account)
    for path in ("/account/", "/r/action/"):
        sent = client.get(path).headers
        assert sent["Cache-Control"] == "no-store, private"
        assert sent["X-Frame-Options"] == "DENY"
        assert sent["X-Content-Type-Options"] == "nosniff"
        assert sent["Referrer-Policy"] == "same-origin"
        assert sent["Cross-Origin-Opener-Policy"] == "same-origin"
        policy = sent["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
    assert Client().get("/sign-in/")["Cache-Control"] == "no-store, private"


class TestHttps:
    @pytest.fixture(autouse=True)
    def behind_a_proxy(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        settings.SECURE_SSL_REDIRECT = True
        settings.SECURE_HSTS_SECONDS = 31_536_000
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True

    def test_http_is_led_to_https_and_the_health_is_not(self, client, cast):
        assert client.get("/sign-in/")["Location"] == "https://testserver/sign-in/"
        assert client.get("/healthz").status_code == 200

    def test_cookies_and_hsts(self, client, cast):
        account = cast.safety.account
        account.set_password("a long enough password")
        account.save()
        secure = {"x-forwarded-proto": "https"}
        page = client.get("/sign-in/", headers=secure)
        assert page["Strict-Transport-Security"] == "max-age=31536000"
        answer = client.post(
            "/sign-in/", {"email": account.email, "password": "a long enough password"}, headers=secure
        )
        session = answer.cookies["qsms_session"]
        assert session["secure"]
        assert session["httponly"]
        assert session["samesite"] == "Lax"
        assert answer.cookies["qsms_csrf"]["secure"]


def test_the_settings_follow_the_address(tmp_path):
    script = (
        "from qsms.config import settings as s;"
        "print(s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, s.SESSION_COOKIE_SECURE)"
    )

    def told(**variables: str) -> str:
        environment = {"QSMS_HOME": str(tmp_path), "PATH": "", "PYTHONPATH": ":".join(sys.path), **variables}
        return subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        ).stdout.strip()

    assert told() == "False 0 False"
    assert told(QSMS_URL="https://qms.example.org") == "False 31536000 True"
    assert told(QSMS_URL="https://qms.example.org", QSMS_BEHIND_PROXY="1") == "True 31536000 True"
