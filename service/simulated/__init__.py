"""A stand-in for a model: answers over real HTTP from a gold set, with errors at stated rates."""
