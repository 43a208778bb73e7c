"""Use cases: one function per command, around the pure functions of the layers below."""
