"""HTTP: connections, the request log, dry runs, and errors of connections."""
