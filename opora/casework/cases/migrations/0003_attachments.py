"""Files of cases, seen by whoever sees the case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from opora.platform.row_security import protect_through


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0002_scope'),
        ('files', '0001_stored_files'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='cases.case')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
        ),
        protect_through("cases_caseattachment", parent="cases_case", key="case_id"),
    ]
