"""What the bot learns from: examples by intent and language, edited as a draft. It trains nothing and publishes nothing."""
