"""Pages and letters apart from what they say: blocks of text, their HTML, and one look for all.

What is published and what a person is answered are written in the same blocks. This layer knows no
policy and no law: it is given words and shows them.
"""
