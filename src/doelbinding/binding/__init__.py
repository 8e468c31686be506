"""Which activities still justify a value.

`justify` is the plain, slow, obviously right reading of the rules over rows; `needs` states the
same as one expression per column, which stores compile to their own language. Property tests hold
the two equal. Three-valued throughout (Kleene): yes, no, unknown; only *no* deletes.
"""
