"""What Doelbinding costs, beside the SQL that somebody would write by hand for the same effect.

Both sides run in one process run on equal copies of one database, and must end with equal data: a
ratio is shown for equal results or not at all. The SQL by hand is in `sql/`, for anyone to judge.
"""
