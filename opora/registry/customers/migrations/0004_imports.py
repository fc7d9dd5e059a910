"""Imports: files on their way into the base, their rows in waiting, and what is wrong in them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: Rows in waiting are personal data of customers whom nobody has told apart by group and branch yet: only the
#: machinery, which sees everything, may look at them; the author of an import is shown his faults by a query.
MACHINERY = """
    alter table {table} enable row level security;
    create policy machinery on {table}
        using ((select current_setting('opora.everything', true) = 'on'))
        with check ((select current_setting('opora.everything', true) = 'on'));
"""
OPEN = "drop policy machinery on {table}; alter table {table} disable row level security;"
GUARDED = ("customers_importrow", "customers_importfault")


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0003_search'),
        ('organization', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=255)),
                ('path', models.CharField(max_length=100)),
                ('stage', models.CharField(choices=[('READING', 'being read'), ('CHECKED', 'checked'), ('APPLYING', 'being entered'), ('DONE', 'entered'), ('REFUSED', 'cannot be read')], default='READING', max_length=10)),
                ('refusal', models.TextField(default='')),
                ('format', models.JSONField(default=dict)),
                ('headings', models.JSONField(default=dict)),
                ('read_share', models.PositiveSmallIntegerField(default=0)),
                ('last_row', models.PositiveIntegerField(default=0)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('refused', models.PositiveIntegerField(default=0)),
                ('entered', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
                ('changed', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('branch', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organization.branch')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='customers.customergroup')),
            ],
        ),
        migrations.CreateModel(
            name='ImportFault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField()),
                ('column', models.CharField(max_length=200)),
                ('value', models.CharField(max_length=500)),
                ('reason', models.TextField()),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.customerimport')),
            ],
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('pk', models.CompositePrimaryKey('source_id', 'row', blank=True, editable=False, primary_key=True, serialize=False)),
                ('row', models.PositiveIntegerField()),
                ('external_id', models.CharField(max_length=60, null=True)),
                ('usage_point', models.CharField(max_length=30, null=True)),
                ('agreement', models.CharField(max_length=80, null=True)),
                ('customer', models.JSONField()),
                ('place', models.JSONField()),
                ('rest', models.JSONField()),
                ('known_as', models.BigIntegerField(null=True)),
                ('differs', models.BooleanField()),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='customers.customerimport')),
            ],
        ),
        migrations.AddIndex(
            model_name='customerimport',
            index=models.Index(models.F('by'), models.OrderBy(models.F('id'), descending=True), name='customers_import_of_user'),
        ),
        migrations.AddConstraint(
            model_name='customerimport',
            constraint=models.CheckConstraint(condition=models.Q(('stage', 'DONE'), ('finished_at', None), _connector='XOR'), name='customers_import_finished_when_done'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(models.F('source'), models.F('external_id'), condition=models.Q(('external_id', None), _negated=True), name='customers_row_by_customer'),
        ),
        migrations.AddIndex(
            model_name='importfault',
            index=models.Index(models.F('source'), models.F('row'), models.F('id'), name='customers_fault_by_row'),
        ),
        *(migrations.RunSQL(MACHINERY.format(table=table), OPEN.format(table=table)) for table in GUARDED),
    ]
