"""Doors: how requests reach a cloud, over TCP or from within this process."""
