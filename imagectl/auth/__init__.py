"""Authentication: tokens, the token cache, the catalog, the session with a cloud."""
