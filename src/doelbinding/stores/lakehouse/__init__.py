"""Iceberg and Delta tables, reached through Spark Connect: a Spark cluster, or Sail."""
