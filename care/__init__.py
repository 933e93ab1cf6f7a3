"""The health domain, one folder per noun. It never sends anything and knows no channel."""
