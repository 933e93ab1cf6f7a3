"""Reports that something was unsafe, and the locked tests that come of them."""
