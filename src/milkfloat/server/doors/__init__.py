"""Interfaces of other routing services, so that their clients need only another address."""
