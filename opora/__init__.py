"""Opora: the customer-service system of an electricity distribution company."""
