"""What is promised: frozen types, loading, checks, and changes between versions.

The types here are the contract of the whole system. They hold no I/O: `load` reads a folder of
YAML into one `Policy`, `canonical` writes it as one JSON document, whose SHA-256 is the version.
"""
