"""Published sets of real orders as problems: each under a stated rule, for their roads are not part of them."""
