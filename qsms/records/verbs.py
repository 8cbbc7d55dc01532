"""What people do to a record on a page of the room's own, offered by name to doors that know no room, such as the API.

A move goes by the lifecycle and needs no more than fields and a reason. A verb has values of its own: to judge a lens,
to rate a risk, to ask for more time. A room registers each with what it takes and the service that does it; whatever
that service checks, it checks here as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor

from . import history, moves, registry
from .errors import Invalid, Stale
from .models import Once, Record

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Takes(StrEnum):
    """What kind of value a verb takes."""

    TEXT = "text"
    DAY = "day"
    ID = "id"
    TEXTS = "texts"
    WORDS = "words"  # text by name, such as a level by axis
    RECORD = "record"  # number or id of another record that the actor sees


@dataclass(frozen=True, slots=True)
class Member:
    """One value that a verb takes."""

    name: str
    label: StrOrPromise
    takes: Takes = Takes.TEXT
    needed: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToSign:
    """What a verb would sign: the hash to send back as `shown`, what it covers, and what to send along for it."""

    meaning: str
    shown: str
    covers: Mapping[str, str]
    given: Mapping[str, str]


class Holds(StrEnum):
    """What stands in a column of what a verb has made so far; a day or a moment may be missing."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Shows:
    """What a verb has made of a record so far, oldest first: the columns, and the rows for this reader. `rows` raises
    NotVisible or Refused for who may see the record and not this."""

    columns: Mapping[str, Holds]
    rows: Callable[[Actor, Record], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing to do to records of some kinds, by a service of their room."""

    code: str
    kinds: tuple[str, ...]
    label: StrOrPromise
    help: StrOrPromise
    members: tuple[Member, ...]
    # Called with the actor, the record's id and the values. Raises what services raise.
    does: Callable[[Actor, int, Mapping[str, Any]], object]
    example: Mapping[str, Any]
    # The moves that it makes: they have no door of their own.
    moves: tuple[str, ...] = ()
    # It writes over what stands: whoever does it says which version they have read.
    writes_over: bool = False
    # What there is to sign; a signed verb takes `password` and `shown`, and keeps what it refuses.
    to_sign: Callable[[Actor, Record], Sequence[ToSign]] | None = None
    shows: Shows | None = None


_verbs: dict[tuple[str, str], Verb] = {}


def offer(*verbs: Verb) -> None:
    """Offer verbs to every door."""
    _verbs.update({(kind, verb.code): verb for verb in verbs for kind in verb.kinds})


def of(kind: str) -> Iterable[Verb]:
    """The verbs of a kind, in the order in which rooms offered them."""
    return tuple(verb for (of_kind, _code), verb in _verbs.items() if of_kind == kind)


def find(kind: str, code: str) -> Verb | None:
    """The verb of this kind with this code."""
    return _verbs.get((kind, code))


def making(kind: str, move: str) -> str:
    """The code of the verb that makes a move; empty where none does."""
    return next((verb.code for verb in of(kind) if move in verb.moves), "")


def do(
    actor: Actor, record: Record, verb: Verb, given: Mapping[str, Any], *, version: int | None = None, once: str = ""
) -> Record:
    """Do it and return the record as it then stands.

    `version` is the one that was read, for a verb that writes over what stands: a newer one raises Stale. The same
    `once` with the same values does nothing the second time. Raises what the service raises.
    """
    if verb.to_sign is not None:
        verb.does(actor, record.pk, given)
        return _now(record)
    digest = hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()
    try:
        with write_transaction():
            if not _done_before(actor, once, digest):
                if verb.writes_over:
                    _check_version(moves.locked(actor, record.pk), version)
                verb.does(actor, record.pk, given)
                if once:
                    Once(
                        organisation_id=actor.organisation_id, sender=_sender(actor), key=once, digest=digest,
                        record_id=record.pk, at=moment.now(),
                    ).save(force_insert=True)  # fmt: skip
    except IntegrityError:
        # The same key was sent twice at the same moment: the other one won.
        if not _done_before(actor, once, digest):
            raise
    return _now(record)


def _check_version(record: Record, version: int | None) -> None:
    if version == record.version:
        return
    last = history.maker(record, record.version)
    raise Stale(record.version, {}, {}, last.name if last else "", last.at if last else None)


def _done_before(actor: Actor, once: str, digest: str) -> bool:
    if not once:
        return False
    known = Once.everywhere.filter(organisation_id=actor.organisation_id, sender=_sender(actor), key=once).first()
    if known is not None and known.digest != digest:
        raise Invalid({"": _("This key was used before with other values. Send a new key with new values.")})
    return known is not None


def _sender(actor: Actor) -> str:
    return str(actor.person_id or actor.label)


def _now(record: Record) -> Record:
    found: Record = registry.get(record.kind).model.everywhere.get(pk=record.pk)
    return found
