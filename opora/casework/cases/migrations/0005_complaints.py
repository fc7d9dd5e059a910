from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_open_newest")]
    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.F("branch"), models.F("registered_at"), models.F("id"), include=("topic", "group"),
                condition=models.Q(kind="COMPLAINT"), name="cases_case_complaint",
            ),
        ),
    ]
