"""Word lists that several steps share."""
