"""What adapters of accounting systems that are reached over HTTP have in common, whoever's API it is.

Importing this package is cheap: what loads httpx is in `channel` and `connections`.
"""
