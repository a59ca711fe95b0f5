"""What the profile service answers."""
