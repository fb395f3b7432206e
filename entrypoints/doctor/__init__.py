"""Looks at an installation as a whole, and says what is to be mended."""
