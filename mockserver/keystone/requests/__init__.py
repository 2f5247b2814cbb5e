"""What the handlers of Keystone share: reading requests and writing answers."""
