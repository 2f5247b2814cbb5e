"""HTTP as every request uses it: transport, logs, dry runs and failures."""
