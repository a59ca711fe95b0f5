"""The same work done three ways: as peiyu does it, bare, and with FastStream; each by a process of its own."""

EXCHANGE, QUEUE = "peiyu.events", "peiyu.reviews"
