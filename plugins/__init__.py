"""Accounting systems as plugins: how one is described, found, and opened for a business."""
