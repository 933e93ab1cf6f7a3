"""The composition root: builds every adapter once and runs the processes. Nobody imports it."""
