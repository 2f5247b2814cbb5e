"""Seeds: what a cloud starts with, as JSON; the shipped ones are beside this module."""
