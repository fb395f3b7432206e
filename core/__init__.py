"""The domain of Kvitt: what an invoice, an order and a transfer are, and what is decided about them.

Pure: the standard library, pydantic and python-stdnum; no input or output, no clock, no logging set-up.
"""
