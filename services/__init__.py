"""The services. None imports another; only `services.cli` puts several of them together."""
