"""What happens in the profile service, one transaction each."""
