"""Consumption of a van on a road, what its battery holds, and how it charges."""
