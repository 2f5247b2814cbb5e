"""The commands: a noun is a module, a verb is a class."""
