"""What a how-to has its reader write works, with the policy of the tutorial."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.acceptance.test_readme import BLOCK, ROOT, Reader
from tests.acceptance.test_story import DAY
from tests.integration.forked import run
from tests.integration.lakehouse import sail


def test_a_lakehouse_is_tried_without_a_cluster(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    for page in ("tutorials/first-policy.md", "howto/connect-a-lakehouse.md"):
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        for _, path, content in BLOCK.findall(text):
            if path:
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / path).write_text(content, encoding="utf-8")
    (section,) = re.findall(r"^```toml\n(\[stores\.lake\]\n[^#`]*)^```$", text, re.MULTILINE)
    with (tmp_path / "doelbinding.toml").open("a") as configuration:
        configuration.write(f"\n{section}")
    for script in ("make_shop.py", "make_lake.py"):
        subprocess.run([sys.executable, script], cwd=tmp_path, check=True)
    with sail() as url:
        done = run("plan", "--at", DAY, folder=tmp_path, DOELBINDING_STORE_LAKE_URL=url)
    assert done.returncode == 0, done.stderr
    assert "2019-03-01" in done.stdout
    assert "undated, so kept and reported: 2 rows (lake.visits 1, shop.customer 1)" in done.stdout
    assert reader.run("doelbinding check --strict --at 2026-11-23") == ["no findings"]
