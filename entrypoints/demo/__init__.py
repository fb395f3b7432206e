"""The demo: the whole way of an invoice, on the sandbox and on sample data of its own."""
