"""Options that several image commands share."""
