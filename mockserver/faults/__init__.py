"""Faults: which requests go wrong, and how."""
