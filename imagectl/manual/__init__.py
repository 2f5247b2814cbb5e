"""What ``imagectl help`` prints besides the options of one command."""
