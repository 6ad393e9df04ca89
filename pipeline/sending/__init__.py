"""From an approved reply to its bytes, and from the bytes to the server; what may be sent is decided elsewhere."""
