"""Who says how many of the same thing, side by side."""
