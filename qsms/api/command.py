"""`qsms token create`, `list`, `revoke`: tokens of programs, for whoever runs the installation."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from qsms.base.console import Refused, note, say

# Models come in when the command runs: its options are declared before Django stands.
if TYPE_CHECKING:
    from qsms.org.models import Person


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--person", required=True, help="e-mail address or full name of the person it acts for")
    parser.add_argument("--name", required=True, help="what it is for, such as “Power BI”")
    parser.add_argument("--days", type=int, help="days until it expires; 90 when left out")
    parser.add_argument("--read-only", action="store_true", help="a token that can read and nothing else")
    parser.add_argument("--organisation", default="", help="short name of the organisation, where there are several")


def run(options: argparse.Namespace) -> None:
    """Makes a token with which a program acts for a person through the API, and prints it.

    The token is shown this once: only a hash is kept. It may do what the person may do, until it expires.
    """
    from qsms.base import context
    from qsms.org import actor as actors
    from qsms.records.errors import ServiceError

    from . import tokens

    person = _person(options.person, options.organisation)
    system = actors.system(person.organisation_id, "Command line")
    with context.organisation(person.organisation_id):
        try:
            made, text = tokens.create(
                system, person.pk, name=options.name, days=options.days or tokens.DAYS, read_only=options.read_only
            )
        except ServiceError as error:
            raise Refused(str(error)) from error
    note(f"{made.get_scope_display()} as {person.name} until {made.expires_at:%Y-%m-%d}. It is not shown again.")
    say(text)


def list_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("--organisation", default="", help="short name of the organisation; without it those of all")


def show(options: argparse.Namespace) -> None:
    """Lists the tokens that open something: number, person, what it is for, and until when.

    The text of a token is kept nowhere, so it cannot be shown.
    """
    from . import tokens

    for one in tokens.alive(options.organisation):
        used = f"last used {one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never used"
        until = f"{one.get_scope_display().lower()} until {one.expires_at:%Y-%m-%d}"
        say(f"{one.pk}  {one.person.name}: {one.name} ({until}, {used})")


def revoke_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("token", type=int, help="its number, as `qsms token list` tells it")


def revoke(options: argparse.Namespace) -> None:
    """Takes a token back, at once and for good. Whoever it acted for does so on their account page."""
    from qsms.base import context
    from qsms.org import actor as actors

    from . import tokens

    found = next((one for one in tokens.alive() if one.pk == options.token), None)
    if found is None:
        raise Refused(f"{options.token} is no token that opens anything. `qsms token list` tells their numbers.")
    with context.organisation(found.organisation_id):
        tokens.revoke(actors.system(found.organisation_id, "Command line"), found.pk)
    note(f"Taken back: {found.name}, of {found.person.name}.")


def _person(given: str, organisation: str) -> Person:
    from django.db.models import Q

    from qsms.org.models import Person

    people = Person.objects.filter(Q(email__iexact=given) | Q(account__email__iexact=given) | Q(name=given))
    if organisation:
        people = people.filter(organisation__code=organisation)
    found = list(people.select_related("organisation").distinct()[:2])
    if not found:
        raise Refused(f"“{given}” is nobody here. Give the e-mail address or the full name of a person.")
    if len(found) > 1:
        raise Refused(f"“{given}” is more than one person. Give the e-mail address, or add --organisation.")
    return found[0]
