"""`qsms link`: a way back in for somebody who forgot the password where no mail is sent."""

from __future__ import annotations

import argparse

from qsms import cli
from qsms.base.console import Refused, note, say
from qsms.base.gate import write_transaction


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", help="the e-mail address of the account", metavar="E-MAIL")


def run(options: argparse.Namespace) -> int:
    """Prints a link with which the owner of an account chooses a new password. It works once, for an hour.

    Links that the account had before stop working. Give the link to nobody else: whoever opens it is let in.
    """
    from qsms.org import links
    from qsms.org.models import Account, OneTimeLink

    from .passwords import address_of

    account = Account.objects.filter(email__iexact=options.email.strip(), is_active=True).first()
    if account is None:
        raise Refused(f"There is no account “{options.email}”. Look at the spelling, or invite the person.")
    with write_transaction():
        token = links.make(OneTimeLink.Purpose.RESET, account)
    note("Open this link within an hour and choose a password. It works once:")
    say(address_of(token))
    return cli.DONE
