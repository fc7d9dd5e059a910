"""The public API of customers, by subject."""

from opora.registry.customers.api.address_doubts import router as address_doubts
from opora.registry.customers.api.agreements import router as agreements
from opora.registry.customers.api.contacts import router as contacts
from opora.registry.customers.api.customers import router as customers
from opora.registry.customers.api.payments import router as payments
from opora.registry.customers.api.usage_points import router as usage_points

routers = (customers, contacts, usage_points, address_doubts, agreements, payments)
