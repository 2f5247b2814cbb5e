"""Tasks: work that goes on after its request was answered, and their routes."""
