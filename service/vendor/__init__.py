"""The one door to litellm, instructor and openai."""
