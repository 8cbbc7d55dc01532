from django.db import migrations

from qsms.records import append_only


def protect(apps, schema_editor):
    append_only.run(append_only.protect(schema_editor.connection.vendor), schema_editor.connection)


def unprotect(apps, schema_editor):
    append_only.run(append_only.unprotect(schema_editor.connection.vendor), schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_start")]
    operations = [migrations.RunPython(protect, unprotect)]
