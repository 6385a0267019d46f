"""Extracts claims with a syntactic parser and rules: no network, no key."""
