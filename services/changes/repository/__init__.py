"""All SQL of the changes service."""
