"""What a command raises when it cannot be carried out."""

from __future__ import annotations


class Failure(Exception):
    """A command cannot be carried out; the message is what its user is shown."""
