"""The periodic review of what is in effect gets its clock; who signs in person is marked on what is under way."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import F

from qsms.rules.calendar_days import add_months
from qsms.rules.clocks import end_of_day

# As the rule read when clocks were put on what stood already.
RULE = {
    "rule": "document.review",
    "edition": "2026-11",
    "label": "Review the document",
    "basis": "House rule; ISO 9001 7.5.2 asks for review and approval and names no interval",
}
AHEAD = dt.timedelta(hours=720)
# The shipped types that the accountable executive signed before there were others.
SIGNED_IN_PERSON = ("policy", "plan")


def start(apps, schema_editor):
    """A running clock for each document in effect that has a day of review."""
    documents = apps.get_model("documents", "Document").everywhere
    records = apps.get_model("records", "Record").everywhere
    rows = documents.filter(state="effective", due_on__isnull=False).exclude(clocks__rule=RULE["rule"])
    for document in rows.select_related("site", "organisation").iterator(chunk_size=500):
        zone = ZoneInfo(document.site.zone if document.site is not None else document.organisation.zone)
        due = end_of_day(document.due_on, zone)
        begun = end_of_day(document.effective_since or document.due_on, zone)
        if begun >= due:
            begun = end_of_day(add_months(document.due_on, -24), zone)
        _clock(apps, document, zone, begun, due)
        records.filter(pk=document.pk).update(due_at=due)


def _clock(apps, document, zone, begun, due):
    warning = due - AHEAD if AHEAD < due - begun else due
    clock = apps.get_model("records", "Clock").everywhere.create(
        organisation_id=document.organisation_id, record_id=document.pk, site=document.site_id or 0,
        confidential=document.confidential, **RULE, zone=str(zone), started_at=begun, due_at=due,
        warn_at=[warning.isoformat()] if warning < due else [], next_warning_at=warning,
    )  # fmt: skip
    cells = apps.get_model("records", "Tally").objects
    cell, _made = cells.get_or_create(
        organisation_id=document.organisation_id, measure="clock", kind="document", site=clock.site,
        confidential=clock.confidential, a=clock.rule,
        b=f"{begun.astimezone(dt.UTC):%Y-%m} {due.astimezone(dt.UTC):%Y-%m-%dT%H}", defaults={"n": 0},
    )  # fmt: skip
    cells.filter(pk=cell.pk).update(n=F("n") + 1)


def stop(apps, schema_editor):
    """Without the clocks, a day of review is a plain day again."""
    clocks = apps.get_model("records", "Clock").everywhere.filter(rule=RULE["rule"])
    held = list(clocks.filter(stopped_at=None).values_list("record_id", flat=True))
    apps.get_model("records", "Record").everywhere.filter(pk__in=held).update(due_at=None)
    clocks.delete()
    apps.get_model("records", "Tally").objects.filter(measure="clock", a=RULE["rule"]).delete()


def mark(apps, schema_editor):
    """No deputy signs any more what the accountable executive is asked to sign at this moment."""
    steps = apps.get_model("documents", "Step").everywhere
    under_way = steps.filter(
        done_at=None, kind="approve", role="accountable_executive",
        revision__document__document_type__in=SIGNED_IN_PERSON,
    )  # fmt: skip
    steps.filter(pk__in=list(under_way.values_list("pk", flat=True))).update(in_person=True)


class Migration(migrations.Migration):

    dependencies = [
        ('documents', '0002_own_types'),
        ('records', '0008_due_at'),
        ('org', '0003_former_names'),
    ]

    operations = [
        migrations.RunPython(start, stop),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
