"""Row-level security: how long a usage point was off is seen by whoever sees its customer."""

from django.db import migrations

from opora.platform.row_security import protect_through


class Migration(migrations.Migration):
    dependencies = [("outages", "0005_interruptions")]
    operations = [
        protect_through("outages_contractlimit", parent="customers_usagepoint", key="usage_point_id"),
        protect_through("outages_pointyear", parent="customers_usagepoint", key="usage_point_id"),
    ]
