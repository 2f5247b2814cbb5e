"""What was meant by a command, an option or a value that does not exist."""
