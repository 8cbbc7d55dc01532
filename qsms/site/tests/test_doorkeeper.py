"""Every page asks for a person unless it is on the list; and what is sent along with every answer."""

from __future__ import annotations

import re
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
    "look-up": "whoever holds a certificate in hand asks whether it is genuine; the code on it is the proof",
    "verify": "as look-up",
    "code-shown": "as mailbox",
    "gallery": "only with DEBUG",
    "gallery-page": "only with DEBUG",
    "gallery-palette": "only with DEBUG",
}
# Programs bring a token with each call, which is asked for there; how to call it, anybody may read.
API = "api/v1/"


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, path)
        else:
            yield path, one


def open_routes() -> list[tuple[str, URLPattern]]:
    found = list(routes(get_resolver()))
    assert len(found) > 100
    return [(path, one) for path, one in found if not getattr(one.callback, "login_required", True)]


def test_only_what_is_written_down_is_open_to_visitors():
    assert {one.name for path, one in open_routes() if not path.startswith(API)} == set(PUBLIC)


def test_the_api_asks_for_itself(client, cast):
    found = [(path, one) for path, one in open_routes() if path.startswith(API)]
    assert len(found) > 10
    for path, one in found:
        address = "/" + re.sub(r"<(\w+):\w+>", lambda found: {"int": "1"}.get(found[1], "x"), path)
        answer = client.get(re.sub(r"<\w+>", "x", address))
        if one.name in {"openapi", "reference"}:
            assert answer.status_code == 200, address
            continue
        told = answer.status_code in {401, 404, 405} and answer.headers["Content-Type"].startswith(
            "application/problem"
        )
        assert told, (address, answer.status_code)


@pytest.mark.parametrize("path", ["/account/", "/administration/", "/administration/people/1/", "/r/action/"])
def test_a_visitor_is_sent_to_the_door(client, cast, path):
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/?next=")


def test_who_sends_after_the_session_has_ended_is_told_so_and_led_back_to_the_form(client, cast):
    form = "http://testserver/r/action/new/?from=menu"
    door = client.post("/r/action/new/", {"title": "Late"}, headers={"referer": form})["Location"]
    assert door == "/sign-in/?next=/r/action/new/%3Ffrom%3Dmenu&unsent=yes"
    assert "You were signed out; nothing was sent." in client.get(door).content.decode()
    wrong = client.post("/sign-in/", {"email": "x@y.test", "password": "wrong one", "next": "/", "unsent": "yes"})
    assert "You were signed out; nothing was sent." in wrong.content.decode()
    assert "You were signed out" not in client.get("/sign-in/?next=/r/action/new/").content.decode()
    # A page elsewhere is no way back, nor one that cannot be opened.
    away = client.post("/r/action/new/", {}, headers={"referer": "http://elsewhere.test/trap/"})["Location"]
    assert away == "/sign-in/?next=/r/action/new/&unsent=yes"
    part = client.post("/r/action/new/", {}, headers={"HX-Request": "true", "HX-Current-URL": form})
    assert part["HX-Redirect"] == door


def test_a_form_without_any_cookie_leads_to_the_door_and_not_to_an_error(cast):
    strict = Client(enforce_csrf_checks=True)
    form = "http://testserver/r/action/new/"
    answer = strict.post("/r/action/new/", {"title": "Late"}, headers={"referer": form})
    assert answer["Location"] == "/sign-in/?next=/r/action/new/&unsent=yes"
    assert strict.post("/sign-in/", {"email": "x@y.test", "password": "one"}).status_code == 403
    strict.force_login(cast.safety.account)
    assert "This page was open too long" in strict.post("/r/action/new/", {"title": "Late"}).content.decode()


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
