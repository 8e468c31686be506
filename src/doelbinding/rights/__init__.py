"""From a request to its answer: who is meant, what is found of them, what becomes of it.

The layer knows the law and the policy; stores come in as ports.
"""
