#!/usr/bin/env python3
"""Makes the report's page of its parts: script and style inline, with a policy that lets run nothing else.

  make_template.py PAGE.html STYLE.css SCRIPT.js PACKAGES OUT.html OUT.cc

PACKAGES is the node_modules whose licences the page carries. OUT.cc defines assay::report::page_template()."""

import base64
import hashlib
import pathlib
import sys

MARKS = ("title", "body", "data")
# In the bundle: what web/package.json depends on, and what that needs. esbuild, the bundler, leaves nothing behind.
BUNDLED = ("echarts", "zrender", "tslib", "fflate")


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def licences(packages):
    """Texts that have to go where the code goes."""
    parts = []
    for package in BUNDLED:
        for name in ("LICENSE", "LICENSE.txt", "NOTICE"):
            file = packages / package / name
            if file.exists():
                parts.append(f"== {package}: {name} ==\n{file.read_text(encoding='utf-8').strip()}\n")
        if not any(part.startswith(f"== {package}:") for part in parts):
            sys.exit(f"make_template: {packages / package} has no LICENSE")
    return "\n" + "\n".join(parts)


def main(page, style, script, packages, out_page, out_code):
    style = pathlib.Path(style).read_text(encoding="utf-8").strip()
    script = pathlib.Path(script).read_text(encoding="utf-8").strip()
    texts = licences(pathlib.Path(packages))
    for name, text, end in (("style", style, "</style"), ("script", script, "</script"), ("licences", texts, "</script")):
        if end in text.lower() or "<!--" in text:
            sys.exit(f"make_template: the {name} holds '{end}' or '<!--', which would end it early")
    policy = (f"default-src 'none'; script-src {digest(script)}; style-src {digest(style)}; img-src data:; "
              "base-uri 'none'; form-action 'none'")
    text = pathlib.Path(page).read_text(encoding="utf-8")
    for mark, value in (("@CSP@", policy), ("@STYLE@", style), ("@LICENCES@", texts), ("@SCRIPT@", script)):
        if text.count(mark) != 1:
            sys.exit(f"make_template: {page} should hold {mark} once")
        text = text.replace(mark, value)
    for mark in MARKS:
        if text.count(f"<!--assay:{mark}-->") != 1:
            sys.exit(f"make_template: the page should hold <!--assay:{mark}--> once")
    if ')page"' in text:
        sys.exit("make_template: the page holds the end of a C++ raw string")
    pathlib.Path(out_page).write_text(text, encoding="utf-8")
    pathlib.Path(out_code).write_text(
        '#include "report/page_template.h"\n\nnamespace assay::report {\n\n'
        'std::string_view page_template() {\n  static constexpr char kPage[] = R"page(' + text + ')page";\n'
        "  return {kPage, sizeof kPage - 1};\n}\n\n}  // namespace assay::report\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 7:
        sys.exit(__doc__)
    main(*sys.argv[1:])
