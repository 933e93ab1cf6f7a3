"""A patient's phone in the browser, on the simulated provider. Never there in production."""
