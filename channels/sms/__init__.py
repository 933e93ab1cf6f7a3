"""SMS through Twilio: signed webhooks in, the provider's SDK out, segments known before sending."""
