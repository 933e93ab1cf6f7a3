"""The public price list."""
