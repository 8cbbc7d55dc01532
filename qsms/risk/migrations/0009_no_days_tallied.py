from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("records", "Tally").objects.filter(measure="due").delete()


class Migration(migrations.Migration):
    """Review days of an earlier version were counted as they became due days; nobody asks for that count any more."""

    dependencies = [("risk", "0008_named_to_check"), ("records", "0013_no_days_tallied")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
