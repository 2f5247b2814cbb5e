"""What runs after its request was answered: imports, staging and added locations."""
