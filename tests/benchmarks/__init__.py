"""Figures, compared within one run: `make bench`. These machines are noisy, so ratios and counts count."""
