"""What a cloud is steered with: clock, ids, seeds, snapshots, journal and faults."""
