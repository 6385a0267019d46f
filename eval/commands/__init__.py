"""The commands of the evaluation, a module for each group."""
