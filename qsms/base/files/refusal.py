"""Saying no to a file."""

from __future__ import annotations

from django.utils.translation import gettext as _


class Refused(ValueError):
    """The file is not kept. The text says why and what to do instead."""


def program(name: str) -> Refused:
    """Refusal of anything that could run."""
    return Refused(
        _("“%(name)s” is a program or a script. These are not accepted. Add a picture or a PDF of what it shows.")
        % {"name": name}
    )


def macros(name: str) -> Refused:
    """Refusal of an office document that carries a program."""
    return Refused(_("“%(name)s” contains macros. Save it without macros and add that.") % {"name": name})


def protected(name: str) -> Refused:
    """Refusal of what cannot be looked into."""
    return Refused(
        _("“%(name)s” is protected by a password and cannot be checked. Remove the password and add it again.")
        % {"name": name}
    )


def damaged(name: str) -> Refused:
    """Refusal of an archive or document that cannot be read."""
    return Refused(_("“%(name)s” is damaged or incomplete. Make it again, or add a PDF.") % {"name": name})
