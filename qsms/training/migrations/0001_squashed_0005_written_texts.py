import django.db.models.deletion
import django.db.models.manager
import qsms.records.models
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('training', '0001_start'), ('training', '0002_keeping'), ('training', '0003_readers'), ('training', '0004_packs'), ('training', '0005_written_texts')]

    initial = True

    dependencies = [
        ('org', '0004_left_on'),
        ('records', '0008_due_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Content',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.PositiveSmallIntegerField(default=1)),
                ('definition', models.JSONField()),
                ('checksum', models.CharField(max_length=64)),
                ('source', models.CharField(blank=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contents', to='training.course')),
                ('is_written', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('course', 'revision'), name='content_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('seed', models.BigIntegerField()),
                ('begun_at', models.DateTimeField()),
                ('marked_at', models.DateTimeField(null=True)),
                ('answers', models.JSONField(default=dict)),
                ('score', models.PositiveSmallIntegerField(null=True)),
                ('pass_mark', models.PositiveSmallIntegerField(null=True)),
                ('passed', models.BooleanField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('content', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='training.content')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('content', 'person', 'number'), name='attempt_once'), models.UniqueConstraint(condition=models.Q(('marked_at', None)), fields=('content', 'person'), name='attempt_one_at_a_time')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, related_name='as_course', serialize=False, to='records.record')),
                ('course_kind', models.CharField(choices=[('course', 'Course'), ('qualification', 'Qualification'), ('licence', 'Licence'), ('authorisation', 'Authorisation'), ('reading', 'Read and understood')], default='course', max_length=20, verbose_name='kind')),
                ('purpose', models.TextField(blank=True, help_text='What somebody can do or knows afterwards.', verbose_name='what it is for')),
                ('months', models.PositiveSmallIntegerField(blank=True, help_text='Calendar months. Empty: it does not expire.', null=True, verbose_name='valid for months')),
                ('month_end', models.BooleanField(default=False, verbose_name='valid to the end of that month')),
                ('soon_days', models.PositiveSmallIntegerField(default=60, verbose_name='due soon from, days before')),
                ('grace_days', models.PositiveSmallIntegerField(default=0, help_text='So long after the last day a person may go on.', verbose_name='days of grace')),
                ('early_months', models.PositiveSmallIntegerField(default=0, help_text='Within these the next period begins at the old end.', verbose_name='may be renewed early by months')),
                ('evaluate_days', models.PositiveSmallIntegerField(blank=True, help_text='For what is critical to safety. Empty: the effect of a session is not looked at.', null=True, verbose_name='look at its effect after days')),
                ('code', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('document', models.ForeignKey(blank=True, help_text='What is to be read and understood, or what the course teaches.', limit_choices_to={'kind': 'document'}, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.record', verbose_name='document')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'document', 'record'], name='course_document'), models.Index(condition=models.Q(('code', ''), _negated=True), fields=['tenant', 'code'], name='course_code')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Counts',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='counts', to='training.course')),
                ('towards', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='accepts', to='training.course')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('course', 'towards'), name='counts_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='HousePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_change', models.CharField(choices=[('block', 'Refuse, with the reason'), ('flag', 'Allow, and tell who answers for it')], default='flag', max_length=10, verbose_name='who is not retrained')),
                ('change_days', models.PositiveSmallIntegerField(default=14, verbose_name='days for the retraining')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('keep_months', models.PositiveSmallIntegerField(default=0, verbose_name='months after the last day of work')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('organisation',), name='house_policy_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read', models.JSONField(default=list)),
                ('begun_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('content', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='training.content')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='org.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('content', 'person'), name='progress_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Renewal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('revision', models.CharField(blank=True, max_length=40)),
                ('policy', models.CharField(choices=[('block', 'Refuse, with the reason'), ('flag', 'Allow, and tell who answers for it')], default='flag', max_length=10)),
                ('at', models.DateTimeField()),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='renewals', to='training.course')),
                ('document', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.record')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('course', 'document', 'revision'), name='renewal_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Requirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('duty', models.CharField(blank=True, choices=[('verifier', 'Checks whether an action worked'), ('auditor', 'Audits'), ('signatory', 'Signs'), ('instructor', 'Teaches a session'), ('investigator', 'Investigates')], max_length=20)),
                ('policy', models.CharField(choices=[('block', 'Refuse, with the reason'), ('flag', 'Allow, and tell who answers for it')], default='flag', max_length=10)),
                ('within_days', models.PositiveSmallIntegerField(default=30)),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requirements', to='training.course')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('role', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.role')),
                ('site', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.site')),
                ('readers', models.BooleanField(default=False)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['organisation', 'role', 'course'], name='requirement_live')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None), ('role__isnull', False), ('site__isnull', False)), fields=('course', 'role', 'site'), name='requirement_role_site'), models.UniqueConstraint(condition=models.Q(('ended_at', None), ('role__isnull', False), models.Q(('site__isnull', False), _negated=True)), fields=('course', 'role'), name='requirement_role'), models.UniqueConstraint(condition=models.Q(('ended_at', None), models.Q(('role__isnull', False), _negated=True), ('site__isnull', False)), fields=('course', 'duty', 'site'), name='requirement_duty_site'), models.UniqueConstraint(condition=models.Q(('ended_at', None), models.Q(('role__isnull', False), _negated=True), models.Q(('site__isnull', False), _negated=True)), fields=('course', 'duty'), name='requirement_duty'), models.CheckConstraint(condition=models.Q(models.Q(('duty', ''), ('readers', False), ('role__isnull', False)), models.Q(('readers', False), ('role__isnull', True), models.Q(('duty', ''), _negated=True)), models.Q(('duty', ''), ('readers', True), ('role__isnull', True)), _connector='OR'), name='requirement_of_role_duty_or_readers')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, related_name='as_session', serialize=False, to='records.record')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                ('place', models.CharField(blank=True, max_length=150, verbose_name='place')),
                ('provider', models.CharField(blank=True, max_length=150, verbose_name='or by, from outside')),
                ('seats', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='seats')),
                ('evaluation_level', models.CharField(blank=True, choices=[('1', '1: What those who took part thought of it'), ('2', '2: What they know or can do now'), ('3', '3: What they do differently at work'), ('4', '4: What it changed for the organisation')], max_length=2, verbose_name='looked at')),
                ('effect', models.CharField(blank=True, choices=[('yes', 'It worked'), ('partly', 'It worked in part'), ('no', 'It did not work')], max_length=10, verbose_name='did it work')),
                ('evaluation', models.TextField(blank=True, help_text='What was looked at, in whom, and what it showed.', verbose_name='what was found')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='reference')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='training.course', verbose_name='course')),
                ('instructor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person', verbose_name='taught by')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(fields=['tenant', 'course', 'record'], name='session_course'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['tenant', 'reference'], name='session_reference')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('record', qsms.records.models.RecordLink(on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='records.record')),
                ('source', models.CharField(choices=[('session', 'A session here'), ('quiz', 'A course taken alone, with its quiz'), ('outside', 'Somewhere else, with a certificate'), ('before', 'From before this system')], default='outside', max_length=10, verbose_name='from')),
                ('completed_on', models.DateField(verbose_name='completed on')),
                ('expires_on', models.DateField(blank=True, help_text="Only where it states one. The course's own validity holds as well.", null=True, verbose_name='last day, as the certificate says')),
                ('issuer', models.CharField(blank=True, max_length=150, verbose_name='issued by')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='number of the certificate')),
                ('ends_on', models.DateField(editable=False, null=True, verbose_name='valid until')),
                ('soon_on', models.DateField(editable=False, null=True)),
                ('grace_on', models.DateField(editable=False, null=True)),
                ('code', models.CharField(editable=False, max_length=20, unique=True)),
                ('attempt', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holding', to='training.attempt')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='training.course', verbose_name='course')),
                ('holder', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person', verbose_name='person')),
                ('tenant', qsms.records.models.TenantKey(db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('session', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='training.session')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('ends_on__isnull', False)), fields=['holder', 'course', 'ends_on', 'soon_on', 'grace_on'], name='holding_counts'), models.Index(fields=['tenant', 'holder', 'record'], name='holding_holder'), models.Index(fields=['tenant', 'course', 'record'], name='holding_course'), models.Index(condition=models.Q(('ends_on__isnull', False)), fields=['tenant', 'soon_on'], name='holding_soon'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['tenant', 'reference'], name='holding_reference')],
            },
            bases=('records.record',),
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('presence', models.CharField(choices=[('invited', 'Invited'), ('present', 'Was there'), ('absent', 'Was not there')], default='invited', max_length=10)),
                ('result', models.CharField(blank=True, choices=[('', 'Not judged'), ('passed', 'Passed'), ('failed', 'Not passed')], default='', max_length=10)),
                ('signed_at', models.DateTimeField(null=True)),
                ('note', models.CharField(blank=True, max_length=250)),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='training.session')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'constraints': [models.UniqueConstraint(fields=('session', 'person'), name='attendance_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('until', models.DateField()),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('approved', 'Approved'), ('refused', 'Refused'), ('ended', 'Ended')], default='asked', max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('answer', models.TextField(blank=True)),
                ('asked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='training.course')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
                ('organisation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.organisation')),
                ('person', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'everywhere',
                'default_manager_name': 'everywhere',
                'indexes': [models.Index(condition=models.Q(('state', 'approved')), fields=['person', 'course', 'until'], name='waiver_live')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('course', 'person'), name='waiver_asked_once')],
            },
            managers=[
                ('everywhere', django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.TextField()),
                ('course', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pack', to='training.course')),
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
