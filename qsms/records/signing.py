"""Electronic signature: the person proves again who they are, and the signature binds to what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from qsms.org.actor import Actor
from qsms.org.models import Person

from . import wording
from .errors import Invalid
from .models import Attachment, Deed, Record, Signature
from .registry import RecordType


@dataclass(frozen=True, slots=True)
class Proof:
    """What the signer gave: the password again, and the hash of what was shown.

    None is for whoever reads and signs in one breath, such as the loader of the demonstration. A door that people come
    through gives what they sent, and without it nobody has read anything.
    """

    password: str
    shown: str | None = None


# Where the deed of a signed move keeps what the signature covers beside fields and files.
ALSO = "also_signed"


def content(sheet: RecordType, record: Record, also: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a signature covers: number, version, every field of the form as the page writes them, and the files.

    `also` is what the room adds to it, label -> text.
    """
    shown = {name: wording.value(sheet, record, name) for name in sheet.form_fields}
    files = Attachment.everywhere.filter(record_id=record.pk, removed_at=None).order_by("pk")
    kept = files.values_list("name", "sha256", "role")
    return content_of(record.number, record.version, record.title, shown, kept, also)


def content_of(
    number: str,
    version: int,
    title: str,
    fields: Mapping[str, str],
    files: Iterable[tuple[str, str, str]] = (),
    also: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The same from its parts, as the proof of history puts them together again. Files are name, hash and role."""
    content: dict[str, Any] = {"number": number, "version": version, "title": title, "fields": dict(fields)}
    if also:
        content["also"] = dict(also)
    kept = [list(file) for file in files]
    return content | {"files": kept} if kept else content


def content_hash(sheet: RecordType, record: Record, also: Mapping[str, str] | None = None) -> str:
    """SHA-256 over the content in canonical JSON."""
    return hash_of(content(sheet, record, also))


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of a content in canonical JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(actor: Actor, proof: Proof | None, shown: str) -> None:
    """Raise Invalid unless the actor's own password was given and the content is still what was shown."""
    if actor.person_id is None:
        raise Invalid({"password": _("Only a person can sign.")})
    if proof is None or not proof.password:
        raise Invalid({"password": _("Type your password to sign.")})
    account = Person.objects.select_related("account").get(pk=actor.person_id).account
    if account is None or not account.check_password(proof.password):
        raise Invalid({"password": _("This is not your password. Type it again.")})
    if proof.shown == "":
        raise Invalid({"password": _("It is not known what you have read. Open it again, read it, then sign.")})
    if proof.shown is not None and proof.shown != shown:
        raise Invalid({"password": _("The record changed since you opened this page. Read it again, then sign.")})


def write(actor: Actor, record: Record, deed: Deed, meaning: str, shown: str) -> Signature:
    """Keep the signature with its deed. The caller has checked it and has the transaction open."""
    if actor.person_id is None:
        raise Invalid({"password": _("Only a person can sign.")})
    return Signature.everywhere.create(
        organisation_id=record.organisation_id,
        record_id=record.pk,
        deed=deed,
        person_id=actor.person_id,
        meaning=meaning,
        content_hash=shown,
        at=deed.at,
    )
