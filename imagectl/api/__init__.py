"""Calls of the image and identity APIs."""
