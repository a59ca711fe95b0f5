"""Mail: put into words, composed, handed to the server."""
