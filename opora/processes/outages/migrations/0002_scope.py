"""Row-level security: who is cut off is seen by whoever sees the customer; what was reported, by whoever sees the case."""

from django.db import migrations

from opora.platform.row_security import protect_through


class Migration(migrations.Migration):
    dependencies = [("outages", "0001_initial"), ("customers", "0002_scope"), ("cases", "0002_scope")]
    operations = [
        protect_through("outages_affected", parent="customers_usagepoint", key="usage_point_id"),
        protect_through("outages_expectedpoint", parent="customers_usagepoint", key="usage_point_id"),
        protect_through("outages_outagereport", parent="cases_case", key="case_id"),
    ]
