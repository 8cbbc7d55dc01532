import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('notify', '0001_start'), ('notify', '0002_folded'), ('notify', '0003_fold_what_was_told')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
        ('records', '0008_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='DigestDay',
            fields=[
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='org.person')),
                ('day', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.person')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sent_at__isnull', True)), fields=['id'], name='letter_waiting')],
            },
        ),
        migrations.CreateModel(
            name='News',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.CharField(max_length=30)),
                ('text', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('key', models.CharField(max_length=80)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.person')),
                ('record', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='records.record')),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='records.task')),
                ('earlier', models.PositiveSmallIntegerField(default=0)),
                ('under', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='folded', to='notify.news')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('read_at__isnull', True)), fields=['person'], name='news_unread'), models.Index(condition=models.Q(('under__isnull', True)), fields=['person', '-id'], name='news_newest'), models.Index(condition=models.Q(('mailed_at__isnull', True), ('read_at__isnull', True), ('under__isnull', True)), fields=['id'], name='news_unmailed')],
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='news_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
    ]
