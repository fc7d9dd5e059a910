"""What may be asked about customers.

`identification` who is it: one box for everything known · `cards` one customer whole, and the pages of its tabs ·
`lists` pages, counts and exports · `duplicates` who may be there already · `directories` groups and branches to choose.

What a user may not see is left out by row-level security, so counts agree with lists. Nothing is journalled here:
doors that show personal data call `record_read`.
"""

from opora.registry.customers.queries.candidates import Candidate
from opora.registry.customers.queries.cards import (
    Contacts,
    CustomerCard,
    agreements_of,
    contact_for,
    contacts_of,
    customer_card,
    usage_point_numbered,
    usage_points_of,
)
from opora.registry.customers.queries.directories import editable_groups, visible_branches, visible_groups
from opora.registry.customers.queries.duplicates import Duplicate, likely_duplicates
from opora.registry.customers.queries.identification import identify
from opora.registry.customers.queries.lists import (
    ALL,
    Count,
    CustomerFilter,
    CustomerPage,
    CustomerRow,
    Place,
    count_customers,
    customer_list,
    export_rows,
)

__all__ = [
    "ALL",
    "Candidate",
    "Contacts",
    "Count",
    "CustomerCard",
    "CustomerFilter",
    "CustomerPage",
    "CustomerRow",
    "Duplicate",
    "Place",
    "agreements_of",
    "contact_for",
    "contacts_of",
    "count_customers",
    "customer_card",
    "customer_list",
    "editable_groups",
    "export_rows",
    "identify",
    "likely_duplicates",
    "usage_point_numbered",
    "usage_points_of",
    "visible_branches",
    "visible_groups",
]
