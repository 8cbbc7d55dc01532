import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from qsms.base.new_tables import NewTables


class Migration(NewTables):

    replaces = [('org', '0001_start'), ('org', '0002_sign_in'), ('org', '0003_former_names'), ('org', '0004_left_on')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='short name')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('airline', 'Airline'), ('charter', 'Commuter, charter or air tour operator'), ('repair', 'Repair station'), ('airline_repair', 'Airline with a repair station'), ('maker', 'Maker of aircraft, engines or parts'), ('airport', 'Airport or ground handler'), ('company', 'Other company with a management system')], max_length=20, verbose_name='kind of operation')),
                ('size', models.CharField(choices=[('single', 'One person'), ('small', '2 to 50 people'), ('medium', '51 to 500 people'), ('large', 'More than 500 people')], max_length=10, verbose_name='size')),
                ('zone', models.CharField(default='UTC', max_length=60, verbose_name='time zone')),
                ('holiday_country', models.CharField(default='US', max_length=2, verbose_name='holiday calendar, country')),
                ('holiday_region', models.CharField(blank=True, max_length=10, verbose_name='holiday calendar, region')),
                ('number_patterns', models.JSONField(blank=True, default=dict, verbose_name='number patterns')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('is_active', models.BooleanField(default=True, verbose_name='may sign in')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('session_round', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='account_email_once')],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('title', models.CharField(blank=True, max_length=150, verbose_name='job title')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('zone', models.CharField(blank=True, max_length=60, verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='works here')),
                ('wants_mail', models.CharField(choices=[('digest', 'One digest a day'), ('each', 'Each message'), ('none', 'No e-mail')], default='digest', max_length=10, verbose_name='e-mail')),
                ('single_keys', models.BooleanField(default=True, verbose_name='single-letter keys')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='people', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='org.organisation')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='org.site')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='org.unit')),
                ('cast', models.CharField(blank=True, editable=False, max_length=120)),
                ('former_names', models.JSONField(default=list, editable=False)),
                ('left_on', models.DateField(blank=True, null=True, verbose_name='last day of work')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('organisation', 'account'), name='person_once_per_account')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('title', models.CharField(max_length=100, verbose_name='title')),
                ('purpose', models.CharField(blank=True, max_length=300, verbose_name='what for')),
                ('authority', models.PositiveSmallIntegerField(default=0, verbose_name='risk acceptance authority')),
                ('axis', models.CharField(choices=[('all', 'Whole organisation'), ('site', 'One site'), ('unit', 'One unit'), ('own', 'Own records')], default='all', max_length=5, verbose_name='usual reach')),
                ('permissions', models.JSONField(default=list, verbose_name='permissions')),
                ('conflicts', models.JSONField(blank=True, default=list, verbose_name='never together with')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='org.organisation')),
                ('based_on', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'ordering': ['title'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='role_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='from')),
                ('ends_on', models.DateField(verbose_name='until')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations', to='org.organisation')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations_given', to='org.person')),
                ('taker', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations_taken', to='org.person')),
                ('role', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='org.role')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_dates_in_order', violation_error_message='A delegation ends on the day it starts or later.')],
            },
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('zone', models.CharField(default='UTC', max_length=60, verbose_name='time zone')),
                ('holiday_country', models.CharField(blank=True, max_length=2, verbose_name='holiday calendar, country')),
                ('holiday_region', models.CharField(blank=True, max_length=10, verbose_name='holiday calendar, region')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='org.organisation')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='site_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='org.organisation')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='org.unit')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='units', to='org.site')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='unit_code_once')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('axis', models.CharField(choices=[('all', 'Whole organisation'), ('site', 'One site'), ('unit', 'One unit'), ('own', 'Own records')], default='all', max_length=5, verbose_name='reach')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='from')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='org.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to='org.person')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='org.role')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='org.site')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='org.unit')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('axis', 'site'), ('site__isnull', False), ('unit__isnull', True)), models.Q(('axis', 'unit'), ('site__isnull', True), ('unit__isnull', False)), models.Q(('axis__in', ['all', 'own']), ('site__isnull', True), ('unit__isnull', True)), _connector='OR'), name='grant_axis_has_its_place', violation_error_message='A grant for a site names the site, one for a unit names the unit.')],
            },
        ),
        migrations.CreateModel(
            name='Process',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='processes', to='org.organisation')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='processes', to='org.person')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='org.process')),
            ],
            options={
                'ordering': ['code'],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code'), name='process_code_once')],
            },
        ),
        migrations.CreateModel(
            name='OneTimeLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('invite', 'Invitation'), ('reset', 'New password'), ('set_up', 'Set-up of the installation')], max_length=10)),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='links', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SignInTry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['key', 'at'], name='sign_in_try_key')],
            },
        ),
    ]
