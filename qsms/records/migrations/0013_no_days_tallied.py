from typing import Any

from django.db import migrations


def forget(apps: Any, schema_editor: Any) -> None:
    apps.get_model("records", "Tally").objects.filter(measure="due").delete()


def count(apps: Any, schema_editor: Any) -> None:
    """The version before counts its days again in its nightly duty."""


class Migration(migrations.Migration):
    """The overview tells ages from the owners' spans: nobody asks for the days of single records any more."""

    dependencies = [("records", "0012_also_process")]

    operations = [migrations.RunPython(forget, count)]
