"""What the reviews service answers."""
