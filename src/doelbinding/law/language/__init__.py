"""What the law's words, dates, periods and rules are in a person's language.

Pages, letters and portals say the rest in words of their own, and share these.
"""
