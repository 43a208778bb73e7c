"""The vehicle routing problem with batteries, traffic and live vans: data, search, independent checker."""
