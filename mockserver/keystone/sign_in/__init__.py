"""Signing in: ``POST /v3/auth/tokens`` by every method, and the scopes to choose."""
