"""Signing in and out: who gets a session, and what is kept of it."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from qsms.base.gate import write_transaction
from qsms.org import throttle
from qsms.org.actor import Actor
from qsms.org.models import Account, Person
from qsms.records import history

SIGNED_IN, SIGNED_OUT = "signed_in", "signed_out"

log = logging.getLogger("qsms.sign_in")


class NotLetIn(ValueError):
    """No session. The text says what to do, and never whether there is such an account."""


def enter(request: HttpRequest, email: str, password: str) -> Account:
    """Check e-mail address and password and begin a new session. Raises NotLetIn.

    An account that does not exist takes as long and gets the same answer as a wrong password.
    """
    email = email.strip()
    if not email or not password:
        raise NotLetIn(_("Write your e-mail address and your password."))
    where = address(request)
    try:
        tries = throttle.begin(email, where)
    except throttle.TooManyTries as full:
        log.warning("Too many tries to sign in from %s.", where)
        raise NotLetIn(str(full)) from full
    account = authenticate(request, username=email, password=password)
    # Shorter ones can only come from a demonstration, whose passwords everybody knows.
    known_to_all = not settings.DEMO and len(password) < settings.PASSWORD_LENGTH
    if not isinstance(account, Account) or known_to_all:
        log.warning("Somebody could not sign in from %s.", where)
        raise NotLetIn(
            _("This e-mail address and password do not belong together. Check both, or choose “Forgot password”.")
        )
    throttle.undo(tries)
    begin_session(request, account, by="password", failed_before=throttle.clear(email))
    return account


def begin_session(request: HttpRequest, account: Account, *, by: str, failed_before: int = 0) -> None:
    """A session under a new key for an account that has proved itself; a deed in each of its organisations."""
    with write_transaction():
        login(request, account)
        note(account, SIGNED_IN, {"by": by} | ({"failed_before": failed_before} if failed_before else {}))
    log.info("Account %s signed in from %s.", account.pk, address(request))


def leave(request: HttpRequest) -> None:
    """End the session, and say so in the history."""
    account = request.user
    if isinstance(account, Account):
        with write_transaction():
            note(account, SIGNED_OUT, {})
    logout(request)


def note(account: Account, verb: str, detail: dict[str, Any]) -> None:
    """A deed about the account for each person it stands for, so that every organisation sees its own."""
    for person in Person.objects.filter(account=account, is_active=True):
        acting = Actor(person.organisation_id, person.pk, person.name)
        history.write(acting, None, history.Act(verb, "", detail), subject=f"person:{person.pk}")


def address(request: HttpRequest) -> str:
    """The network address that the request came from; behind a proxy the one that our proxy saw."""
    if settings.BEHIND_PROXY:
        # What stands before the last entry was written by the caller and may be anything.
        seen = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        if seen:
            return seen
    return str(request.META.get("REMOTE_ADDR", ""))


def own_page(request: HttpRequest, url: str) -> str:
    """`url` if it is a page of ours that exists, else the first page."""
    safe = url.startswith("/") and url_has_allowed_host_and_scheme(
        url, {request.get_host()}, require_https=request.is_secure()
    )
    if safe:
        try:
            resolve(url.partition("?")[0].partition("#")[0])
        except Resolver404:
            safe = False
    return url if safe else "/"
