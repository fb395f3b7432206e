"""How much one call takes at Tripletex."""

MOST_TOGETHER = 100
"""So many things one call writes: what the description says of orders, and assumed for customers."""

IDS_PER_CALL = 400
"""So many ids fit an address."""
