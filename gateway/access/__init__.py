"""Who asks: clients, tokens, scopes, rate limits."""
