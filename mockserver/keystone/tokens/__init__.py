"""Tokens: issued, looked up and revoked."""
