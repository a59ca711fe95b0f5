"""The `peiyu` command: the composition root, and the only place that imports several services."""
