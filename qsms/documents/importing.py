"""How registers of documents come in from elsewhere, and what is in effect already when it comes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.base import moment
from qsms.exchange import kinds
from qsms.exchange.building import plain_row
from qsms.org.actor import Actor
from qsms.records import registry
from qsms.records.bulk import Row
from qsms.records.errors import Invalid
from qsms.ui.dates import plain_day

from . import document_types, taking_over

# What only a document in effect has: the revision that people work to, and since when.
OF_EFFECT = ("revision_label", "effective_since")


def build(actor: Actor, fitted: dict[str, Any]) -> Row:
    """The row as its sheet has it. One with a revision is in effect already, unless the import says how it stands."""
    row = plain_row(registry.get("document"), fitted)
    label = str(row.fixed.get("revision_label") or "")
    row.state = row.state or ("effective" if label else "")
    if row.state != "effective":
        return _in_preparation(actor, row)
    if not label:
        said = _t("It is to be in effect already: write which revision, or let it come in in preparation.")
        raise Invalid({"revision_label": said})
    row.fixed = {**row.fixed, "taken_over": True}
    row.given = _edition(actor, taking_over.with_review(actor, row.given), label)
    today, since, due = _today(actor), row.fixed.get("effective_since"), row.given.get("due_on")
    if since and since > today:
        said = _t("%(day)s is still to come. What is in effect already has been since today or an earlier day.")
        raise Invalid({"effective_since": said % {"day": plain_day(since)}})
    if since and due and due < since:
        said = _t("Its review would be before %(day)s, when it took effect. Write the next one, or leave it empty.")
        raise Invalid({"due_on": said % {"day": plain_day(since)}})
    if due and due < today:
        said = _t("Its review is overdue since %(day)s: it comes in late, and its owner is asked at once.")
        row.told = {"due_on": said % {"day": plain_day(due)}}
    return row


def _in_preparation(actor: Actor, row: Row) -> Row:
    """Nothing of it is in effect, so it has neither a day since when nor a review that is over: what goes is told."""
    told, due = {}, row.given.get("due_on")
    if since := row.fixed.get("effective_since"):
        said = _t("It comes in in preparation, and %(day)s is not kept. To have it in effect, write which revision is.")
        told["effective_since"] = said % {"day": plain_day(since)}
    if due and due < _today(actor):
        said = _t("%(day)s is past, and a document in preparation has no review behind it: the day is left out.")
        told["due_on"] = said % {"day": plain_day(due)}
        row.given = {name: value for name, value in row.given.items() if name != "due_on"}
    row.fixed = {name: value for name, value in row.fixed.items() if name not in OF_EFFECT}
    row.told = told
    return row


def _edition(actor: Actor, given: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Of an external document the issue is the edition of its issuer as well, unless the row says another one."""
    kind = document_types.of(actor.organisation_id).get(str(given.get("document_type") or ""))
    edition = given.get("issuer_edition") or (label if kind is not None and kind.is_external else "")
    return {**given, **({"issuer_edition": edition} if edition else {})}


def _today(actor: Actor) -> dt.date:
    return moment.now().astimezone(actor.tz).date()


def build_revision(actor: Actor, fitted: dict[str, Any]) -> Row:
    """A revision comes in as a draft: what is sent, approved or in effect went through its route here."""
    row = plain_row(registry.get("revision"), fitted)
    if row.state not in ("", "draft"):
        said = _t(
            "A revision comes in as a draft, and its route approves it here. What is in effect already comes in with "
            "the register of documents."
        )
        raise Invalid({"state": said})
    return row


kinds.offer("revision", build=build_revision)
kinds.offer(
    "document",
    mappings=Path(__file__).parent / "data" / "mappings",
    fields=OF_EFFECT,
    build=build,
    stands={
        "": _("As each row says: with a revision in effect already, else in preparation"),
        "effective": _("All are in effect already: they need no route, and are marked as taken over"),
        "preparing": _("All are in preparation: their first revision is written and approved here"),
    },
    known_as={
        "code": (_("Document number"), _("Document No."), _("Doc no"), _("Document ID")),
        "document_type": (_("Document type"), _("Kind of document")),
        "due_on": (_("Next review"), _("Review date"), _("Review due")),
        "revision_label": (_("Revision"), _("Current revision"), _("Rev"), _("Version"), _("Issue")),
        "effective_since": (_("Effective date"), _("Effective from"), _("In force since"), _("Valid from")),
        "issuer": (_("Issuer"), _("Publisher"), _("Source")),
        "issuer_edition": (_("Edition"),),
        "issuer_url": (_("Link"), _("URL"), _("Address")),
    },
)
