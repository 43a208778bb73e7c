"""A city's day, simulated with the code that runs a real one."""
