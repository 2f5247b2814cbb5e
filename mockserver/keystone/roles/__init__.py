"""Roles, the roles they imply, and their assignments."""
