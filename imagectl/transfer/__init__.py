"""Uploads and downloads of image data: hashed, verified, and retried on failure."""
