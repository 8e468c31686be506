"""Other people's relational databases, through SQLAlchemy Core. No ORM, no schema of our own."""
