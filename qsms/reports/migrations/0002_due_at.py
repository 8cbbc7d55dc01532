from zoneinfo import ZoneInfo

from django.db import migrations


def fill(apps, schema_editor):
    """Give the instant of the triage clock to reports that wait for triage on its day."""
    records = apps.get_model("records", "Record")._base_manager
    running = apps.get_model("records", "Clock")._base_manager.filter(rule="report.triage", stopped_at=None)
    for record, due_at, zone in running.values_list("record_id", "due_at", "zone").iterator(chunk_size=500):
        day = due_at.astimezone(ZoneInfo(zone)).date()
        records.filter(pk=record, due_on=day).update(due_at=due_at)


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0008_due_at'),
        ('reports', '0001_start'),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
