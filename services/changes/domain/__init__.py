"""How change reports are handled, and what may be decided on titles. Pure: records and dates in, decisions out."""
