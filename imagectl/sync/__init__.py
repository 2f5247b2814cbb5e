"""``image sync``: compare declared images with stored ones, and apply the changes."""
