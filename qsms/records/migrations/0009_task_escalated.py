from django.db import migrations


class Migration(migrations.Migration):
    """The ladder that is climbed is the action's: its tasks never counted a step."""

    dependencies = [("records", "0008_due_at")]

    operations = [migrations.RemoveField(model_name="task", name="escalated")]
