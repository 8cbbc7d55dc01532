"""The letters of the door: an invitation, and a link to choose a new password."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django_tasks import task

from qsms.base.gate import write_transaction
from qsms.org import links
from qsms.org.models import Account, OneTimeLink


@task()
def send_reset(email: str) -> None:
    """Mail a link to the owner of this address; nothing if there is no such account.

    It is a job, so that the page that asks for it answers as quickly in both cases.
    """
    account = Account.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if account is not None:
        send_link(account, OneTimeLink.Purpose.RESET)


def send_link(account: Account, purpose: OneTimeLink.Purpose, *, organisation: str = "") -> None:
    """Make a link and mail it to the account's own address, and to no other."""
    from .passwords import address_of

    with write_transaction():
        token = links.make(purpose, account)
    invited = purpose == OneTimeLink.Purpose.INVITE
    subject = _("Your access to OpenQSMS") if invited else _("Choose a new password")
    told = {
        "link": address_of(token),
        "organisation": organisation,
        "hours": links.LASTS[purpose].total_seconds() // 3600,
    }
    text = render_to_string("accounts/invitation.txt" if invited else "accounts/reset.txt", told)
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [account.email])
