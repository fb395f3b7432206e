"""What a user can ask for: one module each, in the words of the documented behaviour."""
