"""Demonstration stores: five databases with invented people, in schemas that are not ours.

They are shaped like those a company grows: terse Dutch names, composite keys, shared addresses,
several e-mail addresses a person, dates in four representations, free text with names in it. Every
retention rule of the policy has rows on both sides of its end (`boundary_rows`).
"""

from doelbinding.demo.boundaries import BoundaryRow
from doelbinding.demo.databases import STORE_NAMES, create_databases, create_files
from doelbinding.demo.generate import Counts, NotEmptyError, boundary_rows, generate

__all__ = [
    "STORE_NAMES",
    "BoundaryRow",
    "Counts",
    "NotEmptyError",
    "boundary_rows",
    "create_databases",
    "create_files",
    "generate",
]
