"""Our own HTTP interface, one module per noun."""
