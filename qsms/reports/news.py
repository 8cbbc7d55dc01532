"""What a reporter with a name hears in the inbox. Whoever is not named has a mailbox, and no news that could tell."""

from __future__ import annotations

from django.utils.translation import gettext as _

from qsms.base.events import Event, after
from qsms.notify.services import tell
from qsms.records.models import Record

from .choices import Subject


@after("report.told", "report.asked")
def hear(event: Event) -> None:
    """A receipt, a question, a decision or a result for a named reporter."""
    to = event.data.get("to")
    record = Record.everywhere.filter(pk=event.record_id).first()
    if record is None or not to:
        return
    words = {
        Subject.RECEIPT: _("Your report arrived: %(title)s"),
        Subject.QUESTION: _("A question about your report: %(title)s"),
        Subject.DECISION: _("What was decided about your report: %(title)s"),
        Subject.CLOSURE: _("What came of your report: %(title)s"),
    }
    said = words.get(Subject(event.data["subject"]))
    if said is not None:
        tell(record, [int(to)], "reporter", said % {"title": record.title}, f"message-{event.data['message']}")
