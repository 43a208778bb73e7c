"""How the tables came to be what they are; `pre` before new code runs, `post` after it."""
