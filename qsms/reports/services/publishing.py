"""Publishing what others can learn from a report, without anything that tells who it was."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from qsms.base import moment
from qsms.base.gate import write_transaction
from qsms.org.actor import Actor
from qsms.org.models import Person
from qsms.records import history, moves, registry, scope
from qsms.records.errors import Invalid, NotVisible, Refused
from qsms.rules import names
from qsms.rules.names import Span

from ..choices import Publication
from ..models import Report


class Unconfirmed(Invalid):
    """Something in the text may tell who it was, and nobody has said that it may stand."""

    def __init__(self, spans: list[Span]) -> None:
        super().__init__({"publishable": _("Look at what may tell who it was, and mend it or confirm it.")})
        self.spans = spans


def mark(span: Span) -> str:
    """By what a warning is confirmed: the kind and the words, so that a later edit asks again for new ones only."""
    return f"{span.kind}:{span.text}"


def warnings(organisation_id: int, title: str, text: str) -> list[Span]:
    """What in a title and a text may tell a person, an aircraft, a flight or a day."""
    known = list(Person.objects.filter(organisation_id=organisation_id).values_list("name", flat=True))
    found = [*names.warnings(title, known), *names.warnings(text, known)]
    return list({mark(span): span for span in found}.values())


def publish(actor: Actor, report_id: int, title: str, text: str, *, confirmed: Collection[str] = ()) -> Report:
    """Publish a text beside the internal one, or replace what was published. Also for closed reports.

    Raises NotVisible, Refused, Invalid, and Unconfirmed while a warning is neither mended nor confirmed.
    """
    title, text = title.replace("\x00", "").strip(), text.replace("\x00", "").strip()
    errors = {}
    if not title or len(title) > 160:
        errors["publish_title"] = _("Write a title of 1 to 160 characters that says what can be learnt.")
    if not text:
        errors["publishable"] = _("The text is empty. Write what others can learn from it.")
    if errors:
        raise Invalid(errors)
    with write_transaction():
        report = _publishable(actor, report_id)
        open_spans = [span for span in warnings(actor.organisation_id, title, text) if mark(span) not in confirmed]
        if open_spans:
            raise Unconfirmed(open_spans)
        changes = [
            history.FieldChange("publish_title", report.publish_title, title),
            history.FieldChange("publishable", report.publishable, text),
        ]
        report.publish_title, report.publishable = title, text
        report.publication, report.published_at = Publication.PUBLISHED, moment.now()
        report.published_by_id = actor.person_id
        _store(report)
        act = history.Act("published", detail={"confirmed": sorted(confirmed)}, changes=changes)
        deed = history.write(actor, report, act)
        history.tell(actor, report, deed, "report.published", {})
    return report


def withdraw(actor: Actor, report_id: int, reason: str) -> Report:
    """Take a published text back; it stays with the report."""
    if not reason.strip():
        raise Invalid({"reason": _("Say why. It is kept in the history.")})
    with write_transaction():
        report = _publishable(actor, report_id)
        if report.publication != Publication.PUBLISHED:
            raise Refused([_("Nothing of %(number)s is published.") % {"number": report.number}])
        report.publication = Publication.WITHDRAWN
        _store(report)
        history.write(actor, report, history.Act("withdrawn", reason))
    return report


def _store(report: Report) -> None:
    columns = ("publish_title", "publishable", "publication", "published_at", "published_by")
    moves.store(registry.get("report"), report, columns)


def _publishable(actor: Actor, report_id: int) -> Report:
    report = moves.locked(actor, report_id)
    if not isinstance(report, Report):
        raise NotVisible
    if not scope.may(actor, "publish", report):
        who = moves.who_may(report, "publish", but=actor.person_id)
        raise Refused([_("You may not publish. Ask %(who)s.") % {"who": who or "–"}])
    return report
