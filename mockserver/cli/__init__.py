"""The commands of ``mockserver``."""
