"""What the notifier does, each in one transaction."""
