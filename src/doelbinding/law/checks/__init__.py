"""The checks, by what they look at; `law.findings` runs them all.

Each module holds `DEFINITIONS` and `CHECKS`. Ids are stable: DB1xx activities and bases, DB2xx
retention, DB3xx sheet and texts, DB4xx stores and bindings, DB5xx recipients, processors and
transfers, DB6xx promises and controllers.
"""
