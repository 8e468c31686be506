"""Executors: databases that hold personal data, and the oracle that interprets the rules."""
