import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('exchange', '0001_imports'), ('exchange', '0002_import_newest_before')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('files', models.JSONField(default=list)),
                ('mapping', models.JSONField(default=dict)),
                ('date_order', models.CharField(blank=True, max_length=3)),
                ('skip_bad', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('mapping', 'Columns to match'), ('checking', 'Being checked'), ('checked', 'Checked, nothing imported yet'), ('running', 'Being imported'), ('done', 'Done'), ('failed', 'Failed'), ('stopped', 'Stopped')], default='mapping', max_length=10)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('new', models.PositiveIntegerField(default=0)),
                ('known', models.PositiveIntegerField(default=0)),
                ('repeated', models.PositiveIntegerField(default=0)),
                ('bad', models.PositiveIntegerField(default=0)),
                ('warned', models.PositiveIntegerField(default=0)),
                ('problems', models.JSONField(default=dict)),
                ('staged_hash', models.CharField(blank=True, max_length=64)),
                ('error_hash', models.CharField(blank=True, max_length=64)),
                ('position', models.PositiveIntegerField(default=0)),
                ('made', models.PositiveIntegerField(default=0)),
                ('brought', models.PositiveIntegerField(default=0)),
                ('passed_over', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('job_id', models.BigIntegerField(null=True)),
                ('worker', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField()),
                ('check_seconds', models.FloatField(default=0)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('newest_before', models.BigIntegerField(default=0)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['organisation', 'kind', 'id'], name='import_newest')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('layout', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=80)),
                ('mapping', models.JSONField(default=dict)),
                ('date_order', models.CharField(blank=True, max_length=3)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'layout'), name='mapping_layout_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
    ]
