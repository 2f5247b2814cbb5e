"""Seeds: clouds to start from, as JSON beside this module."""
