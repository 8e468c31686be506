"""Doelbinding: data is bound to purposes, and a value lives as long as one justifies it."""

__version__ = "0.1.0"
