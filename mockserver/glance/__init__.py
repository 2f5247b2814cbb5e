"""The mock's Glance: image service API v2, as Glance 33 answers it."""
