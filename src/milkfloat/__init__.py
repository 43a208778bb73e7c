"""Milkfloat: runs a fleet of electric delivery vans and finances it."""
