"""Reading requests and writing answers: what Glance's handlers share."""
