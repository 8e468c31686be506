"""Running text of a policy to blocks."""

from __future__ import annotations

from doelbinding.document.blocks import Block, bullets, paragraphs
from doelbinding.publish.wording import Said


def prose(body: Said) -> tuple[Block, ...]:
    """Read running text: a blank line ends a paragraph, lines that begin with `- ` are a list."""
    blocks: list[Block] = []
    for chunk in body.strip().split("\n\n"):
        words: list[str] = []
        items: list[str] = []
        for line in chunk.splitlines():
            if line.lstrip().startswith(("- ", "* ")):
                items.append(line.lstrip()[2:].strip())
            elif items:
                items[-1] += f" {line.strip()}"
            else:
                words.append(line.strip())
        blocks.extend(paragraphs(Said(" ".join(words), body.foreign)))
        blocks.extend(bullets(Said(item, body.foreign) for item in items))
    return tuple(blocks)
