from django.db import migrations, models


class Migration(migrations.Migration):
    """What was done of a type of task counts as evidence, and what was withdrawn does not."""

    dependencies = [("records", "0009_task_escalated")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="withdrawn",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                fields=["organisation", "code", "done_at"],
                name="task_done",
                condition=models.Q(done_at__isnull=False),
            ),
        ),
    ]
