"""Who sends a request, and whether an access rule lets it pass."""
