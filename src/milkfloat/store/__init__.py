"""What outlives the process: jobs, plans, days and the tokens of drivers, in SQLite or PostgreSQL."""
