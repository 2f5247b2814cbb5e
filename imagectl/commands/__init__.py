"""The commands: a module for each noun, a class for each verb."""
