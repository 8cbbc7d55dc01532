"""Addresses that let somebody in once: invitations, new passwords, and the set-up of an empty installation.

The address carries a signed secret, the database a hash of it: neither a stolen copy of the database nor a guess opens
anything. A link works once, until its time is over, and only the newest one of an account works.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from qsms.base import moment

from .models import Account, OneTimeLink

SALT = "qsms.one-time-link"
LASTS = {
    OneTimeLink.Purpose.INVITE: timedelta(hours=24),
    OneTimeLink.Purpose.RESET: timedelta(hours=1),
    OneTimeLink.Purpose.SET_UP: timedelta(days=7),
}


class LinkError(ValueError):
    """The address opens nothing. The text says why and how to get another one."""


def make(purpose: str, account: Account | None = None) -> str:
    """The secret part of a new link; links that the account had before stop working. The caller has a transaction."""
    now = moment.now()
    if account is not None:
        forget(account)
    secret = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        account=account,
        purpose=purpose,
        secret_hash=_hash(secret),
        created_at=now,
        expires_at=now + LASTS[OneTimeLink.Purpose(purpose)],
    )
    return signing.Signer(salt=SALT).sign(secret)


def look_up(token: str, *purposes: str) -> OneTimeLink:
    """The link behind `token`, still unused and in time. Raises LinkError; looking does not use it up."""
    try:
        secret = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        raise LinkError(_("This link is not complete. Open it from the message again, or copy all of it.")) from None
    found = OneTimeLink.objects.select_related("account").filter(secret_hash=_hash(secret)).first()
    if found is None or found.purpose not in purposes or (found.account and not found.account.is_active):
        raise LinkError(_("This link does not work any more: a newer one was made, or it was taken back."))
    if found.used_at is not None:
        raise LinkError(_("This link was used already. It works once; ask for another one."))
    if found.expires_at <= moment.now():
        raise LinkError(_("This link is too old. Ask for another one."))
    return found


def use(link: OneTimeLink) -> None:
    """Use the link up. Raises LinkError when somebody was quicker. The caller has a transaction open."""
    now = moment.now()
    if not OneTimeLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now):
        raise LinkError(_("This link was used already. It works once; ask for another one."))


def forget(account: Account) -> None:
    """Make every unused link of the account void, such as after a change of its password."""
    OneTimeLink.objects.filter(account=account, used_at=None).delete()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
