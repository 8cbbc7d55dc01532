from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_opened_elsewhere")]
    operations = [
        migrations.AddIndex("report", models.Index(fields=["tenant", "occurred_on", "record"], name="report_happened")),
    ]
