"""The nouns: places, orders, vans and chargers, and the readers of files that name them."""
