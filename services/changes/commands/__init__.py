"""What happens to change reports: one transaction each. Every change raises the report's version and is told."""
