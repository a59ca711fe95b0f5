"""Years of random firms and officers on the real services, compared with a second statement of the regulation."""
