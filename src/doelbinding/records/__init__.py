"""The system's own records: what must outlive a command. SQLite by default, PostgreSQL by a URL.

Tables exist only for what has a life of its own. People's keys and identifiers in them are
encrypted; this database is one of the stores its policy governs.
"""
