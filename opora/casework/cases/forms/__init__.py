"""What people type about cases, understood; the rules themselves are in the operations."""
