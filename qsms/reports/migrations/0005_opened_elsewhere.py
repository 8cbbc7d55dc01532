"""Reports from elsewhere count in the month in which they happened, not in that of their import."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import migrations
from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import TruncMonth

CHUNK = 500


def put_back(apps: Any, schema_editor: Any) -> None:
    record, deed = apps.get_model("records", "Record"), apps.get_model("records", "Deed")
    report = apps.get_model("reports", "Report")
    imported = deed._base_manager.filter(record=OuterRef("pk"), verb="imported")
    # Both moments are the import's clock: its file said neither, and nobody has changed the report since.
    undated = report._base_manager.filter(Exists(imported), opened_at=F("changed_at"), occurred_on__isnull=False)
    rows = undated.filter(version=1, occurred_on__lt=F("opened_at__date"))
    found = list(rows.values_list("pk", "occurred_on"))
    for start in range(0, len(found), CHUNK):
        part = [
            record(pk=pk, opened_at=dt.datetime.combine(day, dt.time(12), dt.UTC))
            for pk, day in found[start : start + CHUNK]
        ]
        record._base_manager.bulk_update(part, ["opened_at"])
    if found:
        _recount(record, apps.get_model("records", "Tally"))


def _recount(record: Any, tally: Any) -> None:
    tally._base_manager.filter(measure="month", kind="report").delete()
    months = record._base_manager.filter(kind="report").annotate(month=TruncMonth("opened_at", tzinfo=dt.UTC))
    cells = months.order_by().values_list("organisation_id", "site_id", "confidential", "month").annotate(n=Count("pk"))
    tally._base_manager.bulk_create(
        tally(
            organisation_id=organisation, measure="month", kind="report", site=site or 0, confidential=confidential,
            a=f"{month:%Y-%m}", b="", n=n,
        )
        for organisation, site, confidential, month, n in cells
    )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("records", "0011_closed_elsewhere"), ("reports", "0004_sent_again")]
    operations = [migrations.RunPython(put_back, migrations.RunPython.noop, elidable=True)]
