"""Slack's way in: a signed webhook. What it says is read and acted on in `handoff.slack`."""
