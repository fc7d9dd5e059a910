"""Row-level security: messages, consents and preferences are seen by whoever sees the customer.

A message to somebody who is no customer is seen in its branch; without a branch, only by who sees everything. Consents
have no policy for changing or deleting: their history is the proof.
"""

from django.db import migrations

from opora.platform.row_security import protect_through, visible

EVERYTHING = "(select current_setting('opora.everything', true) = 'on')"
OF_CUSTOMER = "exists (select 1 from customers_customer customer where customer.id = customer_id)"
MESSAGE = f"({EVERYTHING} or case when customer_id is null then {visible(branch='branch_id')} else {OF_CUSTOMER} end)"
CONSENT = f"({EVERYTHING} or {OF_CUSTOMER})"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("customers", "0002_scope")]
    operations = [
        migrations.RunSQL(
            f"""
            alter table messaging_message enable row level security;
            create policy reached on messaging_message using ({MESSAGE}) with check ({MESSAGE});
            alter table messaging_consent enable row level security;
            create policy seen on messaging_consent for select using ({CONSENT});
            create policy inserted on messaging_consent for insert with check ({CONSENT});
            """,
            """
            drop policy reached on messaging_message; alter table messaging_message disable row level security;
            drop policy seen on messaging_consent; drop policy inserted on messaging_consent;
            alter table messaging_consent disable row level security;
            """,
        ),
        protect_through("messaging_preference", parent="customers_customer", key="customer_id"),
        protect_through("messaging_messageattempt", parent="messaging_message", key="message_id"),
        protect_through("messaging_deadcontact", parent="customers_contactpoint", key="contact_point_id"),
    ]
