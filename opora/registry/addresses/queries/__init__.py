"""What may be asked of the register: objects and houses, deliveries, search, and what a free address may mean."""

from opora.registry.addresses.queries.deliveries import deliveries, delivery_of, faults_of, last_applied, result_lines

__all__ = ["deliveries", "delivery_of", "faults_of", "last_applied", "result_lines"]
