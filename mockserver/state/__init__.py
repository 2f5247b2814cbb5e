"""What a cloud is made of, below its services."""
