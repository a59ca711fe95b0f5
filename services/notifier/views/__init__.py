"""What the notifier answers."""
