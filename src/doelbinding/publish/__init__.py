"""From a policy to what people read: policy page, information sheets, register, versions.

A static site in the languages of each controller, as HTML, PDF/UA and JSON. Sources: GDPR Art. 12
to 14 and 30; R-0, R-X. Facts are gathered from the policy (`gather`), laid out as sections
(`sheet`, `register`, `policy_page`, `versions`) and rendered (`html`, `pdf`); templates decide
nothing.
"""

from doelbinding.publish.editions import Edition
from doelbinding.publish.errors import FolderError, IncompleteError, NoWordsError, PublishError
from doelbinding.publish.output import File
from doelbinding.publish.site import Published, publish_site

__all__ = [
    "Edition",
    "File",
    "FolderError",
    "IncompleteError",
    "NoWordsError",
    "PublishError",
    "Published",
    "publish_site",
]
