import django.db.models.deletion
import django.db.models.manager
import qsms.documents.choices
import qsms.records.models
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('documents', '0001_start'), ('documents', '0002_own_types'), ('documents', '0003_review_clocks'), ('documents', '0004_named_signers'), ('documents', '0005_count_of_old_deeds'), ('documents', '0006_acting_for')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
        ('records', '0008_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, related_name='as_document', serialize=False, to='records.record')),
                ('document_type', models.CharField(choices=qsms.documents.choices.offered_types, default='procedure', max_length=20, verbose_name='type')),
                ('code', models.CharField(blank=True, help_text='Empty: the next number of its type.', max_length=40, verbose_name='document number')),
                ('language', models.CharField(blank=True, default='en', max_length=10, verbose_name='language')),
                ('review_months', models.PositiveSmallIntegerField(blank=True, help_text='Empty: as usual for its type.', null=True, verbose_name='months between reviews')),
                ('retention', models.CharField(choices=[('5y', 'Five years after it is superseded'), ('10y', 'Ten years after it is superseded'), ('ever', 'For ever')], default='5y', max_length=5, verbose_name='superseded revisions are kept')),
                ('issuer', models.CharField(blank=True, max_length=120, verbose_name='issued by')),
                ('issuer_edition', models.CharField(blank=True, max_length=80, verbose_name='edition of the issuer')),
                ('issuer_url', models.URLField(blank=True, max_length=300, verbose_name='where the issuer publishes it')),
                ('revision_label', models.CharField(blank=True, editable=False, max_length=20, verbose_name='revision in effect')),
                ('effective_since', models.DateField(blank=True, editable=False, null=True, verbose_name='in effect since')),
                ('effective_until', models.DateField(blank=True, editable=False, null=True, verbose_name='in effect until')),
                ('effective_text', models.TextField(blank=True, editable=False)),
                ('sign_again', models.BooleanField(default=False, editable=False, verbose_name='signature due again')),
                ('given', models.PositiveIntegerField(default=0, editable=False, verbose_name='given to')),
                ('acknowledged', models.PositiveIntegerField(default=0, editable=False, verbose_name='acknowledged by')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('effective', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('taken_over', models.BooleanField(default=False, editable=False, verbose_name='taken over')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'document_type', 'record'], name='document_type'), models.Index(condition=models.Q(('sign_again', True)), fields=['tenant', 'record'], name='document_sign_again')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('tenant', 'code'), name='document_code_once')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, related_name='as_revision', serialize=False, to='records.record')),
                ('label', models.CharField(blank=True, help_text='Empty: the next number.', max_length=20, verbose_name='revision')),
                ('body', models.TextField(blank=True, help_text='Headings with ##, lists with - or 1., tables with |, pictures by the name of a file of this record: ![Coupling](coupling.jpg). Leave it empty to bring a file instead.', max_length=400000, verbose_name='text')),
                ('summary', models.TextField(blank=True, help_text='What a reader does differently from now on.', verbose_name='what changes')),
                ('why', models.TextField(blank=True, verbose_name='why it changes')),
                ('training_impact', models.BooleanField(default=False, help_text='Those it is given to are trained, not only told.', verbose_name='people must be trained')),
                ('effective_on', models.DateField(blank=True, help_text='Empty: on the day of the last approval.', null=True, verbose_name='takes effect on')),
                ('expires_on', models.DateField(blank=True, help_text='Only for a temporary revision: it adds to the one in effect, up to and with this day.', null=True, verbose_name='ends on')),
                ('content_hash', models.CharField(blank=True, editable=False, max_length=64, verbose_name='hash of the content')),
                ('file_name', models.CharField(blank=True, editable=False, max_length=200, verbose_name='file')),
                ('plain_text', models.TextField(blank=True, editable=False)),
                ('extraction', models.CharField(blank=True, editable=False, max_length=300)),
                ('authors', models.JSONField(default=list, editable=False)),
                ('effective_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='took effect')),
                ('base', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('document', models.ForeignKey(blank=True, db_index=False, help_text='Empty for a new document.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='documents.document', verbose_name='document')),
                ('file', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.attachment')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('taken_over', models.BooleanField(default=False, editable=False, verbose_name='taken over')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['document', 'record'], name='revision_of_document'), models.Index(fields=['tenant', 'effective_on'], name='revision_effective_on'), models.Index(condition=models.Q(('expires_on__isnull', False)), fields=['tenant', 'expires_on'], name='revision_expires')],
                'constraints': [models.UniqueConstraint(fields=('document', 'label'), name='revision_label_once')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(max_length=250)),
                ('acknowledge', models.BooleanField(default=True)),
                ('given_at', models.DateTimeField()),
                ('due_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('pages', models.BigIntegerField(default=0)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('reminded', models.PositiveSmallIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('document', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='documents.document')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.person')),
                ('revision', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='documents.revision')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['document', 'person'], name='receipt_document'), models.Index(fields=['person', 'id'], name='receipt_person'), models.Index(condition=models.Q(('acknowledge', True), ('acknowledged_at', None), ('ended_at', None)), fields=['organisation', 'id'], name='receipt_unread'), models.Index(condition=models.Q(('acknowledge', True), ('acknowledged_at', None), ('ended_at', None)), fields=['organisation', 'document', 'id'], name='receipt_unread_of'), models.Index(condition=models.Q(('acknowledge', True), ('acknowledged_at', None), ('ended_at', None)), fields=['person', 'due_at'], name='receipt_unread_by'), models.Index(condition=models.Q(('acknowledge', True), ('acknowledged_at', None), ('ended_at', None)), fields=['organisation', 'due_at'], name='receipt_unread_due')],
                'constraints': [models.UniqueConstraint(fields=('revision', 'person'), name='receipt_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('acknowledge', models.BooleanField(default=True)),
                ('days', models.PositiveSmallIntegerField(default=14)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='documents.document')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('role', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.role')),
                ('site', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.site')),
                ('unit', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit')),
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
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('review', 'Review'), ('approve', 'Approval')], max_length=10)),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('role', models.CharField(blank=True, max_length=40)),
                ('done_at', models.DateTimeField(null=True)),
                ('content_hash', models.CharField(blank=True, max_length=64)),
                ('done_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='documents.revision')),
                ('in_person', models.BooleanField(default=False)),
                ('instead_of', models.CharField(blank=True, max_length=40)),
                ('why', models.CharField(blank=True, max_length=250)),
                ('done_for', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', False), ('role', '')), models.Q(models.Q(('role', ''), _negated=True), ('person__isnull', True)), _connector='OR'), name='step_for_role_or_person')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='ChangeRequest',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='records.record')),
                ('wanted', models.TextField(verbose_name='what to change')),
                ('why', models.TextField(blank=True, verbose_name='why')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('document', models.ForeignKey(blank=True, db_index=False, help_text='Empty: a new one is asked for. Name further documents with a link.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document', verbose_name='document')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'document', 'record'], name='change_request_document')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='OwnType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20)),
                ('label', models.CharField(max_length=60)),
                ('prefix', models.CharField(max_length=8)),
                ('digits', models.PositiveSmallIntegerField()),
                ('review_months', models.PositiveSmallIntegerField()),
                ('review', models.JSONField(default=list)),
                ('approve', models.JSONField(default=list)),
                ('executive_signs', models.BooleanField(default=False)),
                ('is_external', models.BooleanField(default=False)),
                ('template', models.TextField(blank=True)),
                ('active', models.BooleanField(default=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='own_type_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
    ]
