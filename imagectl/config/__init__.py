"""The configuration of a cloud, from options, variables and clouds.yaml."""
