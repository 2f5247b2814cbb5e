"""Calls of the image and identity APIs, and what their answers mean."""
