"""The HTTP service: our own resources under /v1, doors that speak other people's dialects, tiles, and the pages."""
