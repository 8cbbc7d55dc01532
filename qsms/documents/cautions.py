"""What other rooms have to say about a revision, told to its author before it is sent and to whoever signs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qsms.org.actor import Actor
from qsms.ui.dates import plain_day

from . import lasting, reaching
from .models import Revision
from .writing import UNDER_WAY


@dataclass(frozen=True, slots=True)
class Caution:
    """A sentence about what will follow; grave when somebody should see to it first."""

    said: str
    is_grave: bool = False


# What a room says of a document whose next revision people must be trained for.
Teller = Callable[[Actor, int], Iterable[Caution]]
_tellers: list[Teller] = []


def caution(teller: Teller) -> Teller:
    """Decorator: ask this for what follows when people must be trained for a revision of a document."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def of(actor: Actor, revision: Revision) -> list[Caution]:
    """What is to be known about a revision that is on its way; worked out once for the object."""
    if revision.state not in UNDER_WAY or revision.document_id is None:
        return []
    known: list[Caution] | None = revision.__dict__.get("_cautions")
    if known is None:
        tellers = _tellers if revision.training_impact else []
        known = [*_ending(revision), *(one for teller in tellers for one in teller(actor, revision.document_id))]
        revision.__dict__["_cautions"] = known
    return known


def reach(revision: Revision) -> list[Caution]:
    """How many people it will reach once it takes effect, and that somebody should see to it if there are none."""
    if revision.document is None:
        return []
    n = len(reaching.now(revision.document).people)
    if not n:
        return [Caution(_("It reaches nobody yet: once it takes effect, nobody is told."), is_grave=True)]
    said = ngettext("Once it takes effect it reaches one person.", "Once it takes effect it reaches %(n)d people.", n)
    return [Caution(said % {"n": n})]


def _ending(revision: Revision) -> list[Caution]:
    """A temporary revision that ends with what it was added to, perhaps before its day."""
    temporary = lasting.ended(revision)
    if temporary is None or temporary.expires_on is None:
        return []
    said = _(
        "Temporary revision %(label)s is in effect until %(day)s. Once this one takes effect it ends: what is to stay "
        "of it must stand here."
    )
    return [Caution(said % {"label": temporary.label, "day": plain_day(temporary.expires_on)}, is_grave=True)]
