"""Verbs for tokens: make one, find whose it is, take it back. A token is shown once, when it is made."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.base.prepared import Prepared
from qsms.org.actor import ADMINISTRATION, Actor
from qsms.org.models import Organisation, Person
from qsms.records import history
from qsms.records.errors import Invalid, NotVisible, Refused

from .models import ApiToken

PREFIX = "qsms_"
DAYS, MOST_DAYS = 90, 366
# A token in steady use is written to once in this time, not with every request.
USE_IS_NOTED_EVERY = timedelta(minutes=10)

log = logging.getLogger("qsms.api")


class BadToken(Exception):
    """A token that opens nothing. The answer is the same whatever is wrong with it; the log says which."""


def create(
    actor: Actor, person_id: int, *, name: str, days: int = DAYS, read_only: bool = False
) -> tuple[ApiToken, str]:
    """Make a token and return it with its text, which is kept nowhere.

    People make tokens for themselves only: whoever could make one for another could act in that other's name.
    The installation itself, at its command line, may. Raises Refused, Invalid.
    """
    if not actor.is_system and actor.person_id != person_id:
        raise Refused([_("A token acts in a person's name, so everybody makes their own.")])
    person = Person.objects.filter(pk=person_id, organisation_id=actor.organisation_id, is_active=True).first()
    errors = {}
    if person is None:
        errors["person"] = _("This person is not in your organisation, or not any more.")
    if not name.strip() or len(name) > 100:
        errors["name"] = _("Say in 1 to 100 characters what the token is for, such as “Power BI”.")
    if not 1 <= days <= MOST_DAYS:
        errors["days"] = _("A token lives for 1 to %(most)d days. “%(given)s” is outside.") % {
            "most": MOST_DAYS, "given": days,
        }  # fmt: skip
    if errors or person is None:
        raise Invalid(errors)
    text = PREFIX + secrets.token_urlsafe(32)
    now = moment.now()
    with write_transaction():
        made = ApiToken(
            organisation_id=actor.organisation_id, person=person, name=name.strip(), digest=digest(text),
            scope=ApiToken.Scope.READ if read_only else ApiToken.Scope.WRITE, created_at=now,
            created_by_id=actor.person_id, expires_at=now + timedelta(days=days),
        )  # fmt: skip
        made.save(force_insert=True)
        detail = {"token": made.pk, "name": made.name, "scope": made.scope, "expires_at": made.expires_at.isoformat()}
        history.write(actor, None, history.Act("token.created", detail=detail), subject=f"person:{person.pk}")
    return made, text


def revoke(actor: Actor, token_id: int) -> ApiToken:
    """Take a token back, at once and for good: one's own, or as administrator anybody's. Raises NotVisible."""
    with write_transaction():
        token = ApiToken.everywhere.filter(pk=token_id, organisation_id=actor.organisation_id).first()
        if token is None or not (token.person_id == actor.person_id or actor.holds(ADMINISTRATION)):
            raise NotVisible
        if token.revoked_at is None:
            token.revoked_at = moment.now()
            token.save(update_fields=["revoked_at"])
            act = history.Act("token.revoked", detail={"token": token.pk, "name": token.name})
            history.write(actor, None, act, subject=f"person:{token.person_id}")
    return token


def mine(actor: Actor) -> list[ApiToken]:
    """The actor's own tokens that are neither revoked nor expired, the newest first."""
    return list(_alive().filter(organisation_id=actor.organisation_id, person_id=actor.person_id))


def alive(organisation: str = "") -> QuerySet[ApiToken]:
    """Those of everybody in an organisation, or in all: for whoever runs the installation."""
    here = {"organisation__code": organisation} if organisation else {}
    return _alive().filter(**here).select_related("person")


def _alive() -> QuerySet[ApiToken]:
    return ApiToken.everywhere.filter(revoked_at=None, expires_at__gt=moment.now()).order_by("-pk")


def digest(text: str) -> str:
    """What is kept of a token. It is random in 256 bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Held:
    """A live token as it was sent: what it may, and whom it acts for."""

    id: int
    name: str
    scope: str
    expires_at: datetime
    person: Person


def _by_digest(digest: str) -> QuerySet[ApiToken, Any]:
    return ApiToken.everywhere.filter(digest=digest).values_list(
        "pk", "name", "scope", "expires_at", "last_used_at", "revoked_at", "person_id", "person__name", "person__zone",
        "person__is_active", "person__account__is_active", "organisation_id", "organisation__name",
        "organisation__zone",
    )  # fmt: skip


BY_DIGEST = Prepared(_by_digest, digest=str)


def holder(text: str) -> Held:
    """The live token with this text, and its person with the organisation (one query). Raises BadToken."""
    if not text.startswith(PREFIX):
        raise _bad("it is no token of this system")
    rows = BY_DIGEST.rows(digest=digest(text))
    if not rows:
        raise _bad("it is unknown")
    pk, name, scope, expires, used, revoked, person_id, called, zone, works, signs_in, org_id, org, org_zone = rows[0]
    now = moment.now()
    if revoked is not None:
        raise _bad("it is revoked", pk)
    if expires <= now:
        raise _bad("it has expired", pk)
    # Somebody without an account (None) may have a token all the same: a device, an interface.
    if not works or signs_in is False:
        raise _bad("its person may not sign in", pk)
    if used is None or now - used > USE_IS_NOTED_EVERY:
        with write_transaction():
            ApiToken.everywhere.filter(pk=pk).update(last_used_at=now)
    organisation = Organisation(pk=org_id, name=org, zone=org_zone)
    return Held(pk, name, scope, expires, Person(pk=person_id, name=called, zone=zone, organisation=organisation))


def _bad(why: str, token_id: int = 0) -> BadToken:
    # Never the token itself: a mistyped one may be somebody's password.
    log.warning("A request with an API token was refused: %s (token %s).", why, token_id or "–")
    return BadToken()
