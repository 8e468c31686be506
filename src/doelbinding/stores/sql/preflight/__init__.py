"""What would go wrong with a plan, read from a database's own catalogue before anything is done."""
