"""Says how often extracted claims are right."""
