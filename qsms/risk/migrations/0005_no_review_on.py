from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('risk', '0004_review_is_due'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='hazard',
            name='hazard_review',
        ),
        migrations.RemoveField(
            model_name='hazard',
            name='review_on',
        ),
    ]
