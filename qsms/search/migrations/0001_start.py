import django.db.models.deletion
from django.db import migrations, models

from qsms.search.engines import ENGINES


def install(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].install:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    for statement in ENGINES[schema_editor.connection.vendor].remove:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    initial = True

    dependencies = [("records", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="records.record",
                    ),
                ),
                ("title", models.TextField(default="")),
                ("body", models.TextField(default="")),
                ("scope", models.TextField(default="")),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
