"""Faults found in the field, by kind, and what tests of them tried."""
