"""Between the vendor's JSON and core models. Pure functions, one module a subject."""
