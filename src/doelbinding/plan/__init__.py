"""What will be done to which rows, as data; and the ports that stores fulfil.

Retention and requests both produce a `Plan`. A dry run prints it, an approval signs its hash, an
executor runs it, evidence records it: one path for everything that changes data.
"""
