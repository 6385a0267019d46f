"""Commands of `according` that have a file of their own."""
