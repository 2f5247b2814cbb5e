"""Tokens: issued, validated and shown."""
