#!/usr/bin/env python3
"""check_page.py PAGE.html RUN_DIRECTORY...: reads a page with Python's own parsers and holds it against the raw files.

Well-formed, ids unique, links to what is there, nothing that the policy forbids, nothing from outside; the data decode,
and every latency and reading is the raw one, exactly, as a 32-bit float. Prints what it compared; exits with 1 at a fault."""

import base64
import csv
import html.parser
import json
import pathlib
import re
import struct
import sys
import zlib

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:)?//|^\s*(?:https?|ftp|file|javascript|blob):", re.I)
faults = []


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.texts, self.tags = [], set(), [], {}, {}

    def handle_starttag(self, tag, attributes):
        self.tags[tag] = self.tags.get(tag, 0) + 1
        values = dict(attributes)
        if tag not in VOID:
            self.open.append((tag, values.get("id")))
        if len(values) != len(attributes):
            faults.append(f"<{tag}> has an attribute twice")
        for name, value in attributes:
            if name == "style" or name.startswith("on"):
                faults.append(f"<{tag}> has the attribute {name}")
            if name in ("src", "href", "srcset", "action", "data", "poster") and OUTSIDE.match(value or ""):
                faults.append(f"<{tag}> asks for {value[:80]}")
        if "id" in values:
            if values["id"] in self.ids:
                faults.append(f"the id {values['id']} stands twice")
            self.ids.add(values["id"])
        if tag == "a":
            self.links.append(values.get("href", ""))
        if tag == "img" and not values.get("alt"):
            faults.append("an image without words")
        if tag == "th" and "scope" not in values:
            faults.append("a th without scope")

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            faults.append(f"</{tag}> closes {self.open[-1] if self.open else 'nothing'} at {self.getpos()}")
        else:
            self.open.pop()

    def handle_data(self, text):
        if self.open and self.open[-1][0] in ("script", "style", "title", "h1"):
            tag, name = self.open[-1]
            self.texts[name or tag] = self.texts.get(name or tag, "") + text

    def finish(self):
        faults.extend(f"<{tag}> is never closed" for tag, _ in self.open)
        for link in self.links:
            if not link.startswith("#") or link[1:] not in self.ids:
                faults.append(f"a link to nothing: {link}")


def unpack(blob):
    raw = zlib.decompress(base64.b64decode(blob["deflate"], validate=True))
    kind = {"f32": "f", "i32": "i"}[blob["dtype"]]
    if len(raw) != 4 * blob["length"]:
        faults.append(f"a blob of {len(raw)} bytes says that it has {blob['length']} numbers")
    return list(struct.unpack(f"<{len(raw) // 4}{kind}", raw))


def f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def check_run(run, folder):
    """Returns how many latencies and readings were compared."""
    raw = rows_of(folder / "latencies.csv")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    counted = 0
    for key, phase in (("warmup", "warmup"), ("timed", "timed")):
        expected = [f32(int(line["latency_ns"]) * 1e-6) for line in raw if line["phase"] == phase]
        if unpack(run[key]["latency_ms"]) != expected:
            faults.append(f"{folder.name}: {phase} latencies are not those of latencies.csv")
        deltas = unpack(run[key]["start_delta_us"])
        if len(deltas) != len(expected) or any(delta < 0 for delta in deltas):
            faults.append(f"{folder.name}: {phase} starts do not go with the latencies")
        counted += len(expected)
    window = [w for w in run["windows"] if w["name"] == "timed"]
    length = (record["window_end_ns"] - record["window_begin_ns"]) * 1e-9
    if len(window) != 1 or window[0]["begin_s"] != 0 or abs(window[0]["end_s"] - length) > 1e-9:
        faults.append(f"{folder.name}: the timed window is {window}, the run's took {length} s")
    last = run["timed"]["first_us"] + sum(unpack(run["timed"]["start_delta_us"]))
    if last * 1e-6 > length + 1e-6:  # Starts are rounded to microseconds.
        faults.append(f"{folder.name}: an inference begins after its window")
    if not (folder / "observation.json").exists():
        return counted, 0
    channels = json.loads((folder / "observation.json").read_text(encoding="utf-8"))["series"]
    by_channel = {}
    for line in rows_of(folder / "readings.csv"):
        by_channel.setdefault(int(line["channel"]), []).append(line)
    shown = {reading["name"]: reading for reading in run["readings"]}
    read = 0
    for number, lines in by_channel.items():
        channel = channels[number]["channel"] if "channel" in channels[number] else channels[number]
        if channel["quantity"] == "energy" and channels[number].get("kind") == "counter":
            continue
        reading = shown.get(channel["id"])
        if reading is None:
            faults.append(f"{folder.name}: {channel['id']} is not on the page")
            continue
        if unpack(reading["value"]) != [f32(float(line["value"])) for line in lines]:
            faults.append(f"{folder.name}: readings of {channel['id']} are not those of readings.csv")
        begin = record["window_begin_ns"]
        times = [((int(line["begin_ns"]) + int(line["end_ns"])) / 2 - begin) * 1e-9 for line in lines]
        if any(abs(a - b) > 1e-3 for a, b in zip(unpack(reading["t_s"]), times)):
            faults.append(f"{folder.name}: times of {channel['id']} are not those of readings.csv")
        read += len(lines)
    return counted, read


def check_confusion(row, folder):
    total = {}
    for line in rows_of(folder / "confusion.csv"):
        cell = int(line["truth"]), int(line["prediction"])
        total[cell] = total.get(cell, 0) + int(line["pixels"])
    shown = {(t, p): n for t, line in enumerate(row["confusion"]["counts"]) for p, n in enumerate(line) if n}
    if shown != {cell: n for cell, n in total.items() if n}:
        faults.append(f"{folder.name}: the confusion matrix is not that of confusion.csv")


def main(page_file, *directories):
    text = pathlib.Path(page_file).read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    page.close()
    page.finish()
    data = json.loads(page.texts["assay-data"])
    if data["format"] != 1 or len(data["directories"]) != len(directories):
        faults.append(f"format {data['format']}, {len(data['directories'])} directories")
    runs = latencies = readings = 0
    for shown, directory in zip(data["directories"], directories):
        folder = pathlib.Path(directory) / "runs"
        for row, result in zip(shown["rows"], shown["results"]["rows"]):
            if row["id"] != result["id"]:
                faults.append(f"row {row['id']} stands where {result['id']} should")
            for run in row["runs"]:
                a, b = check_run(run, folder / f"timed.{row['id']}.r{run['repeat']}")
                runs, latencies, readings = runs + 1, latencies + a, readings + b
            if row["confusion"]:
                check_confusion(row, folder / f"accuracy.{row['id']}")
    for fault in faults[:20]:
        print("FAULT", fault)
    print(f"{len(text)} bytes, {runs} runs, {latencies} latencies, {readings} readings, {page.tags.get('img', 0)} pictures, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
