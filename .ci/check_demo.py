"""Checks what `vrest demo` wrote: an offline report that is valid HTML, figures with something on them, and
metrics that keep the promise of the README. Usage: check_demo.py FOLDER"""

import json
import re
import sys
from pathlib import Path

import html5lib

RMSE_LIMIT_MV = 0.2


def fail(message):
    sys.exit(f"demo check: {message}")


folder = Path(sys.argv[1])
report = folder / "report.html"
text = report.read_text(encoding="utf-8")
html5lib.HTMLParser(strict=True).parse(text)
addresses = set(re.findall(r"https?://[^\s\"'<>)]+", text)) - {
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/1999/xlink",
}
if addresses:
    fail(f"{report} reaches out to {sorted(addresses)[:5]}")

figures = [*folder.rglob("*.svg"), *folder.rglob("*.png")]
if not figures:
    fail("no figures")
for figure in figures:
    content = figure.read_bytes()
    if figure.suffix == ".svg" and b"<path" not in content and b"<polyline" not in content:
        fail(f"{figure} draws nothing")
    if figure.suffix == ".png" and len(set(content)) < 64:
        fail(f"{figure} is blank")

splits = {s["name"]: s for s in json.loads((folder / "comparison.json").read_text())["splits"]}
test = {c["name"]: c["score"] for c in splits["test"]["contenders"]}
rmse = test["neural ODE"]["whole"]["rmse"]
if not 0 < rmse < RMSE_LIMIT_MV:
    fail(f"RMSE is {rmse} mV, promised is below {RMSE_LIMIT_MV} mV")
print(f"demo check: report of {len(text)} characters, {len(figures)} figures, test RMSE {rmse:.4f} mV")
