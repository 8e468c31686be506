"""What the law adds to a policy: pure functions that cite article and paragraph.

The clock, holidays, rights, transfers, the contents of a sheet, and the checks that find what a
policy leaves open. Imports nothing but the policy's types.
"""
