"""Pages of the directory and of the structure."""
