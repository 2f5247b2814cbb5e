"""The state of a cloud that its services share, and its settings."""
