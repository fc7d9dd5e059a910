"""Row-level security: who may see and who may change a customer, and everything that belongs to him."""

from django.db import migrations

from opora.platform.row_security import protect, protect_through

CHILDREN = ("contactpoint", "contactperson", "customeraddress", "usagepoint", "agreement")


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [
        protect("customers_customer", branches="branch_ids", group="group_id"),
        *(
            protect_through(f"customers_{child}", parent="customers_customer", key="customer_id")
            for child in CHILDREN
        ),
    ]
