"""What the moves of documents and revisions ask for, and the sentence that says what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from qsms.org.actor import Actor
from qsms.records import scope, wording
from qsms.rules.lifecycle import Reason
from qsms.ui import addresses as pages

from . import addresses, asking, content, document_types, effect, following, naming, routing, writing
from .choices import StepKind
from .models import ChangeRequest, Document, Revision

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SHUT: dict[str, _StrPromise] = {
    "content": _("There is neither a text nor a file. Write the text, or bring a file."),
    "changed": _("It is not what was sent: its text or a file differs. Take it back to draft and send it again."),
    "written": _("It is the template as it came. Write the text first."),
    "day": _("The day on which it is to take effect is past. Choose today or a later one, or leave it empty."),
    "has_review": _("Documents of this type go to approval without a review. Use “Send for approval”."),
    "no_review": _("Documents of this type are reviewed first. Use “Send for review”."),
    "asked_or_owner": _("Only who is asked for a signature, or who owns it, sends it back."),
    "asked_again": _("Nobody waits for another signature of yours."),
    "approved_it": _("Only who approved it for its day changes the day. Whoever wrote it takes it back to draft."),
    "answered": _("No revision that was written for it has taken effect yet. Write one, or wait for its day."),
    "temporary": _("It is no temporary revision. Write the next one, or make the document obsolete."),
    "kept": _("Only who may make the document obsolete revokes what is in effect. Ask who owns the document."),
    "nothing_under_way": _("A revision of it is under way. Withdraw that one first."),
}


@wording.reason_words("document")
def _shut(values: Mapping[str, str]) -> str:
    return str(SHUT[values["fact"]])


@wording.reason_words("document_pictures")
def _lost(values: Mapping[str, str]) -> str:
    said = _t("It shows pictures that are no files of it: %(names)s. Add them under Files, or take them out.")
    return said % {"names": values["what"]}


@wording.reason_words("document_waiting")
def _waiting(values: Mapping[str, str]) -> str:
    said = _t("Neither revised nor answered “needs no change”: %(documents)s. A revision counts once it is in effect.")
    return said % {"documents": values["what"]}


@wording.reason_words("document_asked")
def _not_asked(values: Mapping[str, str]) -> str:
    return values["what"]


@wording.reason_words("document_askable")
def _nobody(values: Mapping[str, str]) -> str:
    if values.get("stands_in"):
        said = _t(
            "Everybody who holds “%(roles)s” wrote it or stands in for who did. Name who signs instead, then send it."
        )
    else:
        said = _t("Nobody but who wrote it holds “%(roles)s”. Name who signs instead, then send it.")
    return said % {"roles": values["what"]}


def of_document(document: Document) -> dict[str, Reason | None]:
    """The conditions of the moves of a document."""
    return _facts({"nothing_under_way": writing.under_way_of(document) is None})


def of_revision(actor: Actor, revision: Revision) -> dict[str, Reason | None]:
    """The conditions of the moves from where a revision stands."""
    if revision.state == "draft":
        return _to_send(revision)
    asked = bool(routing.asked_of(actor, revision))
    return {
        "asked": None if asked else Reason("document_asked", {"what": routing.why_not(actor, revision)}),
        **_facts({
            "changed": content.is_whole(revision),
            "asked_or_owner": asked or revision.owner_id in actor.persons,
            "approved_it": routing.approved_it(actor, revision),
            "asked_again": following.is_asked_again(actor, revision),
            "temporary": revision.expires_on is not None,
            "kept": revision.document is not None and scope.may(actor, "make_obsolete", revision.document),
        }),
    }  # fmt: skip


def _to_send(revision: Revision) -> dict[str, Reason | None]:
    assert revision.document is not None
    template = document_types.of_document(revision.document).template.strip()
    is_reviewed = bool(routing.route(revision)[StepKind.REVIEW])
    lost = content.lost_pictures(revision)
    # What nobody holds is told before it is sent; what its authors alone hold waits for ever.
    missing = [one for one in naming.missing(revision) if one.is_held]
    return {
        **_facts(
            {
                "content": content.is_whole(revision),
                "written": revision.file_id is not None or not template or revision.body.strip() != template,
                "day": revision.effective_on is None
                or revision.effective_on >= effect.local_day(revision.organisation_id),
                "has_review": is_reviewed,
                "no_review": not is_reviewed,
            }
        ),
        "pictures": _with_way("pictures", ", ".join(lost), _t("Add files"), pages.tab(revision, "files"))
        if lost
        else None,
        "askable": _with_way(
            "askable",
            _roles(revision, missing),
            _t("Name who signs instead"),
            addresses.name(revision.number),
            stands_in=any(one.stands_in for one in missing),
        )
        if missing
        else None,
    }


def of_request(request: ChangeRequest) -> dict[str, Reason | None]:
    """The conditions of the moves of a change request."""
    waiting = [one.document.code or one.document.number for one in asking.asked_of(request).open]
    if waiting:
        return {"answered": Reason("document_waiting", {"what": ", ".join(waiting)})}
    return _facts({"answered": asking.asked_of(request).is_answered})


def _with_way(fact: str, what: str, way: str, url: str, *, stands_in: bool = False) -> Reason:
    also = {"stands_in": "yes"} if stands_in else {}
    return Reason(f"document_{fact}", {"what": what, "way": way, "way_url": url, **also})


def _roles(revision: Revision, missing: list[naming.Missing]) -> str:
    """The roles of these steps as they are called here."""
    titles = routing.role_titles(revision.organisation_id)
    return ", ".join(dict.fromkeys(titles.get(one.role, one.role) for one in missing))


def _facts(holds: Mapping[str, bool]) -> dict[str, Reason | None]:
    return {name: None if ok else Reason("document", {"fact": name}) for name, ok in holds.items()}
