"""Control of a running cloud: reset, seeds and snapshots, and ``/_mock/`` for them."""
