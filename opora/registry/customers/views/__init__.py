"""Pages of customers: list, card, forms, import."""
