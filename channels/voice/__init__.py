"""Voice: a call over the provider's ConversationRelay WebSocket is the same conversation as SMS from that number."""
