"""Settings of a cloud: options, variables and clouds.yaml."""
