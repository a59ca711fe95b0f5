"""What the changes service answers."""
