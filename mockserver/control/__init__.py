"""What a test or an operator steers a cloud with: its clock, ids, journal and seed."""
