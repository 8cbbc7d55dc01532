"""What is over is removed: counted tries, sessions, links."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.base.jobs import every
from qsms.org import throttle
from qsms.org.models import OneTimeLink, SignInTry

# A link that is over still says for a while that it was used or got too old.
KEPT = timedelta(days=30)


def is_due() -> bool:
    """Whether there is anything to remove."""
    now = moment.now()
    return (
        SignInTry.objects.filter(at__lte=now - throttle.WINDOW).exists()
        or Session.objects.filter(expire_date__lte=now).exists()
        or OneTimeLink.objects.filter(expires_at__lte=now - KEPT).exists()
    )


@every(3600, only_if=is_due)
def sweep() -> None:
    """Remove it."""
    now = moment.now()
    throttle.sweep()
    with write_transaction():
        Session.objects.filter(expire_date__lte=now).delete()
        OneTimeLink.objects.filter(expires_at__lte=now - KEPT).delete()
