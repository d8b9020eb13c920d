"""Customers who have agreed to be asked regularly, and may leave at any time."""
