import django.db.models.deletion
import django.db.models.manager
import qsms.records.models
import qsms.risk.choices
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('risk', '0001_start'), ('risk', '0002_barrier'), ('risk', '0003_acceptance_warned'), ('risk', '0004_review_is_due'), ('risk', '0005_no_review_on'), ('risk', '0006_shipped_source'), ('risk', '0007_acceptance_given_for'), ('risk', '0008_named_to_check')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
        ('records', '0008_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='RiskMatrix',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('edition', models.CharField(max_length=80, verbose_name='edition')),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('definition', models.JSONField()),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('current', 'In force'), ('superseded', 'Replaced')], default='draft', max_length=10)),
                ('made_at', models.DateTimeField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('based_on', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='risk.riskmatrix')),
                ('made_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('source', models.CharField(blank=True, editable=False, max_length=64)),
            ],
            options={
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code', 'edition'), name='matrix_edition_once'), models.UniqueConstraint(condition=models.Q(('organisation', None)), fields=('code', 'edition'), name='matrix_shipped_edition_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lens', models.PositiveSmallIntegerField(choices=[(1, 'Safety'), (2, 'Quality'), (4, 'Environment'), (8, 'Occupational health and safety'), (16, 'Security'), (32, 'Information security')])),
                ('kind', models.CharField(choices=[('initial', 'Initial'), ('predicted', 'Predicted'), ('actual', 'Actual')], max_length=10)),
                ('levels', models.JSONField()),
                ('facts', models.JSONField(default=list)),
                ('cell', models.CharField(max_length=12)),
                ('class_code', models.CharField(max_length=40)),
                ('class_label', models.CharField(max_length=60)),
                ('tone', models.PositiveSmallIntegerField()),
                ('why', models.TextField()),
                ('why_severity', models.TextField(blank=True)),
                ('controls', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('valid', models.BooleanField(default=True)),
                ('current', models.BooleanField(default=False)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='assessments', to='records.record')),
                ('supersedes', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='risk.assessment')),
                ('matrix', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='risk.riskmatrix')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['record', 'id'], name='assessment_record'), models.Index(condition=models.Q(('current', True)), fields=['organisation', 'matrix', 'cell', 'record'], name='assessment_heat')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('valid', True)), fields=('record', 'lens', 'kind'), name='assessment_one_valid_a_kind'), models.UniqueConstraint(condition=models.Q(('current', True)), fields=('record', 'lens'), name='assessment_one_current_a_lens')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lens', models.PositiveSmallIntegerField(choices=[(1, 'Safety'), (2, 'Quality'), (4, 'Environment'), (8, 'Occupational health and safety'), (16, 'Security'), (32, 'Information security')])),
                ('is_default', models.BooleanField(default=False)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('matrix', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='risk.riskmatrix')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('organisation', 'lens', 'matrix'), name='adoption_once'), models.UniqueConstraint(condition=models.Q(('is_default', True), ('until', None)), fields=('organisation', 'lens'), name='adoption_one_default_a_lens')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Acceptance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lens', models.PositiveSmallIntegerField(choices=[(1, 'Safety'), (2, 'Quality'), (4, 'Environment'), (8, 'Occupational health and safety'), (16, 'Security'), (32, 'Information security')])),
                ('authority', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('expires_on', models.DateField(null=True)),
                ('conditions', models.TextField(blank=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('why_ended', models.CharField(blank=True, max_length=300)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('for_person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='acceptances', to='records.record')),
                ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.signature')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acceptances', to='risk.assessment')),
                ('warned_at', models.DateTimeField(null=True)),
                ('given_for', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['record', 'id'], name='acceptance_record'), models.Index(condition=models.Q(('ended_at', None)), fields=['expires_on'], name='acceptance_expiry')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('record', 'lens'), name='acceptance_one_standing_a_lens')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Control',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='records.record')),
                ('description', models.TextField(blank=True, verbose_name='how it works')),
                ('level', models.CharField(choices=qsms.risk.choices.hierarchy_levels, max_length=20, verbose_name='kind of control')),
                ('watched_by', models.CharField(blank=True, help_text='The observation, test or count that shows it works.', max_length=200, verbose_name='watched by')),
                ('interval_months', models.PositiveSmallIntegerField(blank=True, default=12, help_text='Empty: checked once.', null=True, verbose_name='months between checks')),
                ('in_place_on', models.DateField(blank=True, null=True, verbose_name='in place since')),
                ('last_verified_on', models.DateField(blank=True, null=True, verbose_name='last check')),
                ('next_verification_on', models.DateField(blank=True, null=True, verbose_name='next check')),
                ('check_result', models.TextField(blank=True, help_text='With numbers where you have them: “8 of 11 were right”.', verbose_name='what the check found')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('verifier', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person', verbose_name='named to check')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'level', 'record'], name='control_level'), models.Index(fields=['tenant', 'verifier', 'record'], name='control_verifier'), models.Index(condition=models.Q(('next_verification_on__isnull', False)), fields=['tenant', 'next_verification_on', 'record'], name='control_next'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['tenant', 'reference'], name='control_reference')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Hazard',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='records.record')),
                ('description', models.TextField(help_text='The condition or object that could do harm, not the harm itself.', verbose_name='hazard')),
                ('source', models.CharField(blank=True, choices=[('report', 'Report'), ('audit', 'Audit'), ('investigation', 'Investigation'), ('indicator', 'Indicator'), ('change', 'Change'), ('observation', 'Observation of operations'), ('outside', 'Notice from outside'), ('register', 'Earlier register'), ('other', 'Other')], max_length=20, verbose_name='found by')),
                ('taxonomy', models.CharField(blank=True, help_text='Your own word or a code, such as RAMP.', max_length=60, verbose_name='category')),
                ('system', models.CharField(blank=True, help_text='The process, equipment or area it belongs to.', max_length=200, verbose_name='affected system')),
                ('threats', models.TextField(blank=True, help_text='What can set it free. One on each line.', verbose_name='threats')),
                ('top_event', models.CharField(blank=True, help_text='The moment at which control is lost.', max_length=300, verbose_name='top event')),
                ('consequences', models.TextField(blank=True, help_text='What harm can follow. One on each line.', verbose_name='consequences')),
                ('existing_controls', models.TextField(blank=True, help_text='As first described; link those of the library as well.', verbose_name='existing controls')),
                ('watched_by', models.CharField(blank=True, help_text='The indicator or check that shows if it grows.', max_length=200, verbose_name='watched by')),
                ('accepted_until', models.DateField(blank=True, editable=False, null=True, verbose_name='accepted until')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'source', 'record'], name='hazard_source'), models.Index(fields=['tenant', 'taxonomy', 'record'], name='hazard_taxonomy'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['tenant', 'reference'], name='hazard_reference')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Barrier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('prevent', 'Prevents'), ('limit', 'Limits')], max_length=10)),
                ('line', models.TextField()),
                ('turn', models.PositiveSmallIntegerField(default=0)),
                ('link', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='barrier', to='records.link')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
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
    ]
