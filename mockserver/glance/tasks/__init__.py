"""Tasks: what goes on after its request was answered, and the requests for it."""
