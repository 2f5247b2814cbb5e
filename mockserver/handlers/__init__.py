"""What handlers of both services have in common."""
