"""Settings, clock, database, logging and the life of a service process."""
