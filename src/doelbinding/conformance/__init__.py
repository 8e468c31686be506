"""The suite that a store has to pass, shipped for those who write one.

Subclass `suite.StoreConformance`, give it stores made of a world's tables, and run pytest. It needs
the extra `conformance`; docs/howto/write-a-store.md shows it at work.
"""
