"""A module per row of the budgets; each has a `ROW`."""
