"""Invoices in tables with a heading for every column: CSV, as Excel and others save it, and XLSX."""
