"""What every HTTP face has in common: application factory, problems, authentication, paging, idempotency."""
