"""Projects and domains."""
