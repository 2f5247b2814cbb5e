"""Application credentials, their access rules, and other credentials."""
