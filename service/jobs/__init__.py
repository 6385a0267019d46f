"""Work on many articles that survives whatever happens to the machines that do it."""
