"""A provider on our own machine: Twilio's REST API for messages, signed webhooks, receipts. The default needs no account.

Refused in production. It knows nothing of the clinic: it speaks only the provider's wire.
"""
