"""Keystone 30, API v3: one module a noun, its routes beside its handlers."""
