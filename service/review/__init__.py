"""What people say of claims, and what follows from it."""
