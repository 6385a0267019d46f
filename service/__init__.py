"""Extracts attributed claims with their figures from news articles."""
