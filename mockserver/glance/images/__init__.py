"""Image records, their tags and members."""
