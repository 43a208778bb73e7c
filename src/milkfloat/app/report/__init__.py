"""A plan to look at and to print: pages that need nothing but themselves."""
