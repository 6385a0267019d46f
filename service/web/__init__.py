"""The HTTP door: API and pages."""
