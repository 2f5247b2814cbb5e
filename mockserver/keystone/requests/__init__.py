"""What handlers of Keystone read requests and write answers with."""
