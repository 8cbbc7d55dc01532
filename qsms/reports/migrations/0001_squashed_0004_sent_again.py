import django.db.models.deletion
import django.db.models.manager
import qsms.records.models
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('reports', '0001_start'), ('reports', '0002_due_at'), ('reports', '0003_form_source'), ('reports', '0004_sent_again')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
        ('records', '0008_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='records.record')),
                ('form', models.CharField(blank=True, max_length=60, verbose_name='form')),
                ('form_version', models.PositiveSmallIntegerField(default=0, verbose_name='form version')),
                ('mode', models.CharField(choices=[('named', 'Named'), ('confidential', 'Confidential'), ('anonymous', 'Anonymous')], default='named', max_length=12, verbose_name='reported')),
                ('narrative', models.TextField(verbose_name='what happened')),
                ('immediate_action', models.TextField(blank=True, verbose_name='done at once')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='where')),
                ('occurred_at', models.DateTimeField(blank=True, null=True, verbose_name='happened')),
                ('occurred_on', models.DateField(blank=True, null=True, verbose_name='happened on')),
                ('date_precision', models.CharField(blank=True, choices=[('about', 'About this time'), ('day', 'The day'), ('month', 'The month')], max_length=8, verbose_name='known to')),
                ('aware_at', models.DateTimeField(blank=True, null=True, verbose_name='noticed')),
                ('aircraft', models.CharField(blank=True, max_length=20, verbose_name='aircraft')),
                ('aircraft_type', models.CharField(blank=True, max_length=120, verbose_name='aircraft type')),
                ('flight_number', models.CharField(blank=True, max_length=200, verbose_name='flight')),
                ('flight_phase', models.CharField(blank=True, max_length=250, verbose_name='phase of flight')),
                ('categories', models.JSONField(blank=True, default=list, verbose_name='kinds of event')),
                ('primary_problem', models.CharField(blank=True, max_length=120, verbose_name='main problem')),
                ('answers', models.JSONField(blank=True, default=dict)),
                ('external_id', models.CharField(blank=True, max_length=80, verbose_name='number elsewhere')),
                ('source', models.CharField(blank=True, max_length=80, verbose_name='source')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decision_feedback', models.TextField(blank=True, help_text='Goes into their mailbox as it stands here.', verbose_name='what the reporter is told')),
                ('closing_feedback', models.TextField(blank=True, help_text='Goes into their mailbox as it stands here.', verbose_name='what the reporter is told at the end')),
                ('publish_title', models.CharField(blank=True, max_length=160, verbose_name='title to publish')),
                ('publishable', models.TextField(blank=True, verbose_name='text to publish')),
                ('publication', models.CharField(blank=True, choices=[('', 'Not published'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='', max_length=10, verbose_name='publication')),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('unlike', models.JSONField(blank=True, default=list)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='reports.report')),
                ('published_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('filed_on', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reports.reportform')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'mode', 'record'], name='report_mode'), models.Index(condition=models.Q(('publication', 'published')), fields=['tenant', 'published_at'], name='report_published')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('tenant', 'external_id'), name='report_external_once')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.CharField(max_length=64, unique=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='claim', to='reports.report')),
                ('shown', models.BooleanField(default=False)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ReportForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='code')),
                ('version', models.PositiveSmallIntegerField(verbose_name='version')),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('definition', models.JSONField(verbose_name='questions')),
                ('active', models.BooleanField(default=True, verbose_name='offered')),
                ('draft', models.BooleanField(default=False)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.organisation')),
                ('source', models.CharField(blank=True, editable=False, max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code', 'version'), name='form_version_once'), models.UniqueConstraint(condition=models.Q(('organisation', None)), fields=('code', 'version'), name='form_shipped_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(choices=[('reporter', 'Reporter'), ('office', 'Safety office')], max_length=10)),
                ('subject', models.CharField(choices=[('receipt', 'Received'), ('question', 'Question'), ('answer', 'Answer'), ('decision', 'Decision'), ('closure', 'What was done')], max_length=10)),
                ('at', models.DateTimeField()),
                ('text', models.TextField()),
                ('read_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='reports.report')),
                ('once', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.CheckConstraint(condition=models.Q(('sender', 'office'), ('by__isnull', True), _connector='OR'), name='message_reporter_unnamed'), models.UniqueConstraint(condition=models.Q(('once', ''), _negated=True), fields=('report', 'once'), name='message_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Judgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lens', models.PositiveSmallIntegerField(choices=[(1, 'Safety'), (2, 'Quality'), (4, 'Environment')])),
                ('concerns', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('unsure', 'Not sure')], max_length=6)),
                ('severity', models.CharField(blank=True, max_length=1)),
                ('next', models.CharField(blank=True, choices=[('actions', 'Actions, no investigation'), ('investigate', 'Investigate'), ('trend', 'Trend only')], max_length=12)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='judgements', to='reports.report')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('report', 'lens'), name='judgement_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
    ]
