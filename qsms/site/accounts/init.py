"""`qsms init`: an empty organisation without questions."""

from __future__ import annotations

import argparse

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from qsms import cli
from qsms.base import env
from qsms.base.console import Refused, note, say
from qsms.base.gate import write_transaction
from qsms.base.zones import zone_names
from qsms.config.home import HOME, SERVED_AT

KINDS = ("airline", "charter", "repair", "airline_repair", "maker", "airport", "company")
SIZES = ("single", "small", "medium", "large")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="the organisation's name, as people write it")
    parser.add_argument(
        "--kind", required=True, choices=KINDS, help="the kind of operation: %(choices)s", metavar="KIND"
    )
    parser.add_argument(
        "--admin", required=True, help="the e-mail address of its first administrator", metavar="E-MAIL"
    )
    parser.add_argument("--admin-name", default="", help="the administrator's name, instead of the one in the e-mail")
    parser.add_argument(
        "--size", default="small", choices=SIZES, help="%(choices)s; small when left out", metavar="SIZE"
    )
    parser.add_argument("--zone", default="UTC", help="the time zone, such as America/Phoenix; UTC when left out")
    parser.add_argument("--country", default="US", help="the country of the holiday calendar; US when left out")
    parser.add_argument("--region", default="", help="a part of the country with holidays of its own, such as AZ")


def run(options: argparse.Namespace) -> int:
    """Founds an empty organisation with its first administrator, and prints a one-time sign-in link.

    Whoever opens the link within 24 hours chooses the administrator's password. The organisation has the shipped
    roles and nothing else; add sites, units and people on its administration pages. A name that is taken is refused.

      qsms init --name "Larkfield Air" --kind airline --admin jo@larkfield.example --zone America/Phoenix
    """
    from qsms.org import links, services
    from qsms.org.models import OneTimeLink, Organisation
    from qsms.site.prepare import migrate

    from .choices import check_calendar
    from .passwords import address_of
    from .set_up import make_administrator

    name, email = options.name.strip(), options.admin.strip()
    if not name:
        raise Refused("The name is empty. Write --name and how the organisation is called.")
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(f"“{email}” is not an e-mail address. Write one such as jo@larkfield.example.") from None
    if options.zone not in zone_names():
        raise Refused(f"“{options.zone}” is not a time zone. Write one such as America/Phoenix.")
    country, region = options.country.strip().upper(), options.region.strip().upper()
    try:
        check_calendar(country, region)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    migrate()
    try:
        with write_transaction():
            list(OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.SET_UP).order_by("pk").select_for_update())
            if Organisation.objects.filter(name__iexact=name).exists():
                raise Refused(f"There is an organisation “{name}” already. Choose another name, or sign in there.")
            OneTimeLink.objects.filter(purpose=OneTimeLink.Purpose.SET_UP).delete()
            organisation = services.found(
                name=name, kind=options.kind, size=options.size, zone=options.zone, country=country, region=region
            )
            person = services.add_person(organisation, name=options.admin_name.strip() or _named_by(email), email=email)
            make_administrator(person)
            account = person.account
            token = "" if account is None or account.is_in_use else links.make(OneTimeLink.Purpose.INVITE, account)
    except services.OrgError as error:
        raise Refused(str(error)) from error
    note(f"“{name}” is founded; {email} is its administrator.")
    if token:
        note("Open this link within 24 hours and choose a password. It works once:")
        base, known = _served_at()
        say(address_of(token, base))
        if not known:
            note("It names the port 8000. If you serve at another one, write that in its place.")
    else:
        note("This address has an account already. Sign in with its password.")
    return cli.DONE


def _served_at() -> tuple[str, bool]:
    """The address of the server, and whether that is known: as it is set, else where this installation served last."""
    if env.text("QSMS_URL") or env.text("PORT"):
        return settings.BASE_URL, True
    last = HOME / SERVED_AT
    return (last.read_text(encoding="utf-8"), True) if last.exists() else (settings.BASE_URL, False)


def _named_by(email: str) -> str:
    words = email.partition("@")[0].replace(".", " ").replace("_", " ").split()
    return " ".join(word.capitalize() for word in words) or email
