"""What handlers of Glance read requests and write answers with."""
