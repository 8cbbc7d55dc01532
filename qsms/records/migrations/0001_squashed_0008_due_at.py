import django.db.models.deletion
import django.db.models.manager
import qsms.rules.lifecycle
from django.db import migrations, models

from qsms.base.new_tables import NewTables
from qsms.records import append_only


def protect(apps, schema_editor):
    append_only.run(append_only.protect(schema_editor.connection.vendor), schema_editor.connection)


def unprotect(apps, schema_editor):
    append_only.run(append_only.unprotect(schema_editor.connection.vendor), schema_editor.connection)


class Migration(NewTables):

    replaces = [('records', '0001_start'), ('records', '0002_append_only'), ('records', '0003_outbox_claims'), ('records', '0004_clock_rule'), ('records', '0005_open_newest'), ('records', '0006_late_tallies'), ('records', '0007_open_site'), ('records', '0008_due_at')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(blank=True, max_length=60)),
                ('at', models.DateTimeField()),
                ('label', models.CharField(blank=True, max_length=60)),
                ('verb', models.CharField(max_length=60)),
                ('reason', models.TextField(blank=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('request', models.CharField(blank=True, max_length=40)),
                ('detail', models.JSONField(default=dict)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('for_person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deeds', to='records.record')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['organisation', 'id'], name='deed_newest'), models.Index(fields=['record', 'id'], name='deed_record')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(max_length=60)),
                ('old', models.TextField(blank=True)),
                ('new', models.TextField(blank=True)),
                ('deed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='records.deed')),
            ],
        ),
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('number', models.CharField(max_length=40, verbose_name='number')),
                ('title', models.CharField(max_length=250, verbose_name='title')),
                ('disciplines', models.PositiveSmallIntegerField(default=0, verbose_name='concerns')),
                ('judged', models.PositiveSmallIntegerField(default=0, verbose_name='judged')),
                ('state', models.CharField(max_length=30, verbose_name='state')),
                ('phase', models.PositiveSmallIntegerField(default=qsms.rules.lifecycle.Phase['OPEN'])),
                ('category', models.CharField(blank=True, max_length=40, verbose_name='kind')),
                ('opened_at', models.DateTimeField(verbose_name='opened')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due')),
                ('risk_class', models.PositiveSmallIntegerField(default=0, verbose_name='risk')),
                ('risk_cell', models.CharField(blank=True, max_length=12)),
                ('confidential', models.BooleanField(default=False, verbose_name='confidential')),
                ('version', models.PositiveIntegerField(default=1)),
                ('extra', models.JSONField(blank=True, default=dict)),
                ('changed_at', models.DateTimeField(verbose_name='changed')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('process', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.process')),
                ('raised_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('site', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.site')),
                ('unit', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit')),
                ('due_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='due at')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['organisation', 'kind', 'id'], name='record_newest'), models.Index(fields=['organisation', 'kind', 'site', 'id'], name='record_site'), models.Index(fields=['organisation', 'kind', 'unit', 'id'], name='record_unit'), models.Index(fields=['organisation', 'owner', 'kind', 'id'], name='record_owner'), models.Index(fields=['organisation', 'raised_by', 'kind', 'id'], name='record_raised'), models.Index(fields=['organisation', 'kind', 'state', 'id'], name='record_state'), models.Index(fields=['organisation', 'kind', 'category', 'id'], name='record_category'), models.Index(condition=models.Q(('phase__lt', qsms.rules.lifecycle.Phase['DONE'])), fields=['organisation', 'kind', 'due_on', 'id'], name='record_due'), models.Index(condition=models.Q(('phase__lt', qsms.rules.lifecycle.Phase['DONE'])), fields=['organisation', 'kind', 'risk_class', 'id'], name='record_risk'), models.Index(condition=models.Q(('phase__lt', qsms.rules.lifecycle.Phase['DONE'])), fields=['organisation', 'kind', 'phase', 'disciplines', 'risk_class', 'site', 'confidential'], name='record_open'), models.Index(condition=models.Q(('phase__lt', qsms.rules.lifecycle.Phase['DONE'])), fields=['organisation', 'kind', 'id'], name='record_open_newest'), models.Index(condition=models.Q(('phase__lt', qsms.rules.lifecycle.Phase['DONE'])), fields=['organisation', 'kind', 'site', 'id'], name='record_open_site'), models.Index(condition=models.Q(('phase__lt', qsms.rules.lifecycle.Phase['DONE'])), fields=['organisation', 'due_on', 'kind', 'owner', 'site', 'confidential', 'disciplines', 'phase', 'due_at'], name='record_late')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='record_number_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Once',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sender', models.CharField(max_length=60)),
                ('key', models.CharField(max_length=80)),
                ('digest', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='records.record')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'sender', 'key'), name='once_key')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(choices=[('raised_from', 'raised from'), ('case_of', 'is a case of'), ('causes', 'causes'), ('mitigates', 'mitigates'), ('evidences', 'is evidence for'), ('changes', 'changes'), ('trains', 'trains'), ('supersedes', 'supersedes'), ('duplicates', 'is a duplicate of'), ('relates', 'relates to')], max_length=20)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='links_out', to='records.record')),
                ('target', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='links_in', to='records.record')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['target', 'relation'], name='link_target')],
                'constraints': [models.UniqueConstraint(fields=('source', 'target', 'relation'), name='link_once'), models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='link_not_to_itself')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('text', models.TextField()),
                ('mentions', models.JSONField(default=list)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='comments', to='records.record')),
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
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=60)),
                ('edition', models.CharField(max_length=60)),
                ('label', models.CharField(max_length=150)),
                ('basis', models.CharField(max_length=200)),
                ('zone', models.CharField(max_length=60)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('skipped', models.JSONField(default=list)),
                ('warn_at', models.JSONField(default=list)),
                ('next_warning_at', models.DateTimeField(null=True)),
                ('warned', models.PositiveSmallIntegerField(default=0)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('', 'Running'), ('met', 'Met'), ('late', 'Met late'), ('void', 'No longer applies')], default='', max_length=5)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='records.record')),
                ('confidential', models.BooleanField(default=False)),
                ('site', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('stopped_at__isnull', True)), fields=['next_warning_at'], name='clock_warning'), models.Index(fields=['organisation', 'rule', 'started_at', 'outcome'], name='clock_rule'), models.Index(condition=models.Q(('stopped_at__isnull', True)), fields=['organisation', 'rule', 'due_at', 'started_at', 'site', 'confidential', 'stopped_at'], name='clock_running')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('media_type', models.CharField(max_length=100)),
                ('size', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('inline', models.BooleanField(default=False)),
                ('stripped', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=250)),
                ('role', models.CharField(blank=True, max_length=30)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
                ('added_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='records.record')),
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
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(max_length=1000)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='saved_views', to='org.person')),
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
            name='SealedValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('programme', models.CharField(max_length=40)),
                ('field', models.CharField(max_length=40)),
                ('ciphertext', models.BinaryField()),
                ('blind', models.CharField(blank=True, max_length=64)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sealed', to='records.record')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('blind', ''), _negated=True), fields=['blind'], name='sealed_blind')],
                'constraints': [models.UniqueConstraint(fields=('record', 'field'), name='sealed_field_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meaning', models.CharField(max_length=100)),
                ('content_hash', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('deed', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='signature', to='records.deed')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='records.record')),
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
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measure', models.CharField(max_length=10)),
                ('kind', models.CharField(max_length=30)),
                ('site', models.PositiveBigIntegerField(default=0)),
                ('confidential', models.BooleanField(default=False)),
                ('a', models.CharField(blank=True, max_length=60)),
                ('b', models.CharField(blank=True, max_length=24)),
                ('n', models.IntegerField(default=0)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'measure', 'kind', 'a', 'site', 'confidential', 'b'), name='tally_once')],
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('title', models.CharField(max_length=250)),
                ('due_at', models.DateTimeField(null=True)),
                ('given_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, max_length=250)),
                ('escalated', models.PositiveSmallIntegerField(default=0)),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('done_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='records.record')),
                ('role', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.role')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['person', 'due_at'], name='task_person'), models.Index(condition=models.Q(('done_at__isnull', True)), fields=['role', 'due_at'], name='task_role'), models.Index(condition=models.Q(('done_at__isnull', True)), fields=['due_at'], name='task_due'), models.Index(condition=models.Q(('person__isnull', False)), fields=['person', 'record'], name='task_involved')],
                'constraints': [models.CheckConstraint(condition=models.Q(('person__isnull', False), ('role__isnull', False), _connector='XOR'), name='task_for_person_or_role')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('year', models.PositiveSmallIntegerField()),
                ('value', models.PositiveIntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'kind', 'year'), name='counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120)),
                ('data', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='org.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('person', 'key'), name='draft_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event', models.CharField(max_length=60)),
                ('payload', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.organisation')),
                ('claimed_at', models.DateTimeField(null=True)),
                ('served', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['id'], name='outbox_waiting')],
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
