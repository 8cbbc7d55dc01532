"""What came in closed, and whose file did not say when, is not said to have been closed on the day of its import."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.db.models import Exists, F, OuterRef


def forget(apps: Any, schema_editor: Any) -> None:
    record, deed = apps.get_model("records", "Record"), apps.get_model("records", "Deed")
    imported = deed._base_manager.filter(record=OuterRef("pk"), verb="imported")
    # By the clock of the import, and as the import left it.
    came_in = record._base_manager.filter(version=1, changed_at__lte=F("closed_at"), closed_at__isnull=False)
    came_in.filter(Exists(imported)).update(closed_at=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0010_task_done")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
