"""The real things tests run against: a RabbitMQ, a PostgreSQL, a mail server, the gateway."""
