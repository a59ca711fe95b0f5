"""The web pages (门户): a client of the services' API like any other; it holds no data and knows no rule."""
