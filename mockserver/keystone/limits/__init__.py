"""Registered limits, and those of single projects and domains."""
