"""Slows down guessing of passwords: tries are counted per account and per network address, in the database.

A try is written down before the password is looked at and taken back when it was right, so that tries sent at the
same moment, by whatever process, count each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction

from .models import SignInTry

WINDOW = timedelta(minutes=15)
# An office behind one address has many people; one account has one.
TRIES_OF_ACCOUNT = 10
TRIES_OF_ADDRESS = 60


class TooManyTries(ValueError):
    """No further try now. The text says how long to wait."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        left = max(1, -(-int((until - moment.now()).total_seconds()) // 60))
        super().__init__(
            _("There were too many tries. Try again in %(minutes)d minutes, or choose “Forgot password”.")
            % {"minutes": left}
            if left > 1
            else _("There were too many tries. Try again in a minute, or choose “Forgot password”.")
        )


def begin(email: str, address: str, *, what: str = "sign-in") -> list[int]:
    """Count one try. Raises TooManyTries when the account or the address has had its share; else what `undo` takes."""
    now = moment.now()
    keys = {
        _key(what, "account", email.strip().lower()): TRIES_OF_ACCOUNT,
        _key(what, "address", address): TRIES_OF_ADDRESS,
    }
    with write_transaction():
        # A try that is refused is not counted, so that whoever waits does get in.
        until = _full(keys, now, own=0)
        if until is not None:
            raise TooManyTries(until)
        made = [SignInTry.objects.create(key=key, at=now).pk for key in keys]
    until = _full(keys, now, own=1)
    if until is not None:
        undo(made)
        raise TooManyTries(until)
    return made


def undo(tries: list[int]) -> None:
    """Take back a try that was right."""
    with write_transaction():
        SignInTry.objects.filter(pk__in=tries).delete()


def clear(email: str, *, what: str = "sign-in") -> int:
    """Forget the tries at an account after its owner got in; says how many failed ones there were."""
    with write_transaction():
        count, _each = SignInTry.objects.filter(key=_key(what, "account", email.strip().lower())).delete()
    return count


def sweep() -> None:
    """Remove what no longer counts."""
    with write_transaction():
        SignInTry.objects.filter(at__lte=moment.now() - WINDOW).delete()


def _full(keys: dict[str, int], now: datetime, *, own: int) -> datetime | None:
    """Until when no further try is allowed, or None. `own`: how many of the counted ones are the one being judged."""
    waits = []
    for key, most in keys.items():
        times = list(SignInTry.objects.filter(key=key, at__gt=now - WINDOW).order_by("at").values_list("at", flat=True))
        others = len(times) - own
        if others >= most:
            waits.append(times[others - most] + WINDOW)
    return max(waits, default=None)


def _key(*parts: str) -> str:
    return salted_hmac("qsms.org.throttle", "\n".join(parts), algorithm="sha256").hexdigest()
