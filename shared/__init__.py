"""What the services have in common: contracts, messaging, regulation, runtime and web."""
