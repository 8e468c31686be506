"""A few lines each: load, call, record. State and deadlines live in tables.

Modules here use the records' models, so import them once the records are open
(`wiring.Workspace.records`).
"""
