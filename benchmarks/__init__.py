"""Our commands against their peers, paired in one run. See ``make bench``."""
