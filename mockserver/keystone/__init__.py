"""The mock's Keystone: API v3 as Keystone 30 serves it, a module for each resource."""
