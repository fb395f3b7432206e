"""Between the vendor's shapes (dicts and plain values) and core models. Pure functions, one module a subject."""
