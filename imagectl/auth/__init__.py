"""Authentication: options, cloud configuration, tokens, endpoints."""
