"""The oracle: tables in memory, and the rules applied to them row by row."""
