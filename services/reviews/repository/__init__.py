"""All SQL of the reviews service."""
