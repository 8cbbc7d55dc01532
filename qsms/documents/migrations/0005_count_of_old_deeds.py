"""Deeds of revisions that took effect were written with the version of the document before that."""

from typing import Any

from django.db import migrations

from qsms.records import correcting


def correct(apps: Any, _schema: Any) -> None:
    correcting.correct(apps, "document", behind=frozenset({"took_effect"}))


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_named_signers"), ("records", "0008_due_at")]
    operations = [migrations.RunPython(correct, migrations.RunPython.noop)]
