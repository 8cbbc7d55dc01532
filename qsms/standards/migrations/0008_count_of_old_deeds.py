"""What followed from deeds on certificates and findings, such as the next day that is due, was counted as a version of
its own, of which no deed told."""

from typing import Any

from django.db import migrations

from qsms.records import correcting


def correct(apps: Any, _schema: Any) -> None:
    for kind in ("certificate", "finding"):
        correcting.correct(apps, kind, untold=True)


class Migration(migrations.Migration):
    dependencies = [("standards", "0007_declaration_basis"), ("records", "0008_due_at")]
    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
