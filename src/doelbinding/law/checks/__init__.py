"""The checks, by what they look at; `law.findings` runs them all.

Each module holds `DEFINITIONS` and `CHECKS`, save `uses` and `keepers` (what several of them ask of
a policy) and `reference` and `report` (what is made of findings). Ids are stable: DB1xx activities
and bases, DB2xx retention, DB3xx sheet and texts, DB4xx stores and bindings, DB5xx recipients,
processors and transfers, DB6xx promises and controllers.
"""
