import django.db.models.deletion
import django.db.models.manager
import qsms.records.models
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('actions', '0001_start'), ('actions', '0002_named_to_check')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
        ('records', '0008_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Action',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='records.record')),
                ('action_kind', models.CharField(choices=[('containment', 'Containment'), ('correction', 'Correction'), ('corrective', 'Corrective'), ('preventive', 'Preventive'), ('improvement', 'Improvement')], max_length=20, verbose_name='kind')),
                ('description', models.TextField(verbose_name='what is to be done')),
                ('problem_is', models.TextField(blank=True, help_text='What, where, when, how much.', verbose_name='what the problem is')),
                ('problem_is_not', models.TextField(blank=True, help_text='Where it could have been but is not: it narrows the cause.', verbose_name='what it is not')),
                ('containment', models.TextField(blank=True, verbose_name='containment until then')),
                ('cause_method', models.CharField(blank=True, choices=[('five_whys', 'Five whys'), ('fishbone', 'Fishbone'), ('hfacs', 'HFACS'), ('shell', 'SHELL'), ('other', 'Another method')], max_length=20, verbose_name='method')),
                ('root_cause', models.TextField(blank=True, help_text='Why it happened, down to a cause you can change.', verbose_name='root cause')),
                ('escape_point', models.TextField(blank=True, help_text='Why nobody saw it earlier.', verbose_name='escape point')),
                ('plan', models.TextField(blank=True, help_text='The steps that remove the cause.', verbose_name='plan')),
                ('done_summary', models.TextField(blank=True, verbose_name='what was done')),
                ('prevent', models.TextField(blank=True, help_text='Documents, training, other places with the same cause.', verbose_name='so that it stays away')),
                ('implemented_on', models.DateField(blank=True, null=True, verbose_name='done on')),
                ('check_on', models.DateField(blank=True, null=True, verbose_name='check on')),
                ('check_method', models.TextField(blank=True, help_text='The measure, the sample and what counts as success.', verbose_name='how it is checked')),
                ('check_result', models.TextField(blank=True, verbose_name='what the check found')),
                ('revision', models.PositiveSmallIntegerField(default=1, verbose_name='revision')),
                ('first_due_on', models.DateField(blank=True, null=True, verbose_name='first due')),
                ('escalated', models.PositiveSmallIntegerField(default=0)),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('implementer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person', verbose_name='done by')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('verifier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person', verbose_name='named to check')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'verifier', 'record'], name='action_verifier'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['tenant', 'reference'], name='action_reference')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Extension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField()),
                ('was_due_on', models.DateField()),
                ('wanted_on', models.DateField()),
                ('reason', models.TextField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('granted', 'Granted'), ('refused', 'Refused')], default='asked', max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('granted_to', models.DateField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='actions.action')),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('action',), name='extension_one_at_a_time')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField()),
                ('root_cause', models.TextField(blank=True)),
                ('plan', models.TextField(blank=True)),
                ('done_summary', models.TextField(blank=True)),
                ('implemented_on', models.DateField(null=True)),
                ('check_method', models.TextField(blank=True)),
                ('check_result', models.TextField(blank=True)),
                ('ended_at', models.DateTimeField()),
                ('evidence', models.JSONField(default=list)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rounds', to='actions.action')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('verifier', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('action', 'revision'), name='round_once')],
            },
        ),
    ]
