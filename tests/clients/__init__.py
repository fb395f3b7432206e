"""Clients that are generated from the OpenAPI document: `make clients` makes, checks and uses them."""
