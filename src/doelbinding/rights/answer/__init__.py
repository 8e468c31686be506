"""The answer a person gets: access, portability and the letters (Art. 12, 15 to 20).

Each is a folder of files that can be read without us: pages and letters in the person's language,
data as JSON under a published schema and as CSV. Personal values are in these files only.
"""

from doelbinding.rights.answer.access import write_access
from doelbinding.rights.answer.case import Case
from doelbinding.rights.answer.files import write_private
from doelbinding.rights.answer.letter import erasure_letter
from doelbinding.rights.answer.portability import write_portability
from doelbinding.rights.answer.rectification_letter import rectification_letter
from doelbinding.rights.answer.restriction_letter import lifting_letter, restriction_letter
from doelbinding.rights.answer.schema import access_schema, portability_schema

__all__ = [
    "Case",
    "access_schema",
    "erasure_letter",
    "lifting_letter",
    "portability_schema",
    "rectification_letter",
    "restriction_letter",
    "write_access",
    "write_portability",
    "write_private",
]
