"""The contradictions of published/*.csv, worked out again by other means than src/audit: exact fractions, and a relation at a time.

usage: oracle.py FOLDER CONTRADICTIONS.tsv SUSPICIONS.tsv

Compares what it finds with the two lists, for the rules that it knows; exits 1 and prints both sides where they differ.
"""

import csv
import pathlib
import re
import sys
from fractions import Fraction as F

UNITS = {"s": 1000, "J": 1000, "TOPS": 1000, "TFLOPS": 1000, "TOPS/W": 1000, "mW": F(1, 1000), "MB": F(1, 1000), "ops/s": F(1, 10**9)}
KNOWN = {"inference-rate", "gops", "performance-ratio", "energy", "gops-per-watt", "rate-per-watt", "map-order", "top-order", "stages",
         "idle-power", "units", "digits", "accuracy-gain"}


def parse(text):
    """(value, step, power of ten that a whole number may be rounded to, factor of the unit), or None where there is no number."""
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)(?: (\S+))?", text or "")
    if not match:
        return None
    digits = match[1].replace(",", ".")
    places = len(digits.split(".")[1]) if "." in digits else 0
    zeros = len(digits) - len(digits.rstrip("0")) if places == 0 else 0
    # Three digits are left at least; to tens a number of two may be rounded as well.
    coarse = F(10 ** min(zeros, max(len(digits) - 3, 1))) if zeros else F(0)
    return F(digits), F(1, 10**places), coarse, F(UNITS.get(match[2], 1))


def rounded(number):
    value, step, _, unit = number
    return (value - step / 2) * unit, (value + step / 2) * unit


def cut(number):
    value, step, coarse, unit = number
    low, high = value - step / 2, value + step
    return min(low, value - coarse / 2) * unit, max(high, value + coarse / 2) * unit


def product(numbers, powers, factor, width):
    low = high = F(factor)
    for number, power in zip(numbers, powers):
        a, b = width(number)
        low, high = (low * a, high * b) if power > 0 else (low / b, high / a)
    return low, high


def meet(a, b):
    return a[0] <= b[1] and b[0] <= a[1]


def order(outcome):
    return ("", "digits", "units", "broken").index(outcome)


def telling(outcome):
    """Of two that both have to hold, what is told: a unit says more than that it does not hold."""
    return ("", "digits", "broken", "units").index(outcome)


def judge(result, forms):
    """'', 'digits', 'units' or 'broken': the best over (numbers, powers, factor)."""
    outcomes = []
    for numbers, powers, factor in forms:
        strict, loose = (product(numbers, powers, factor, width) for width in (rounded, cut))
        if meet(rounded(result), strict):
            outcomes.append("")
        elif meet(cut(result), loose):
            outcomes.append("digits")
        elif any(meet(cut(result), (loose[0] * F(10)**e, loose[1] * F(10)**e)) for e in (3, 6, 9, -3, -6, -9)):
            outcomes.append("units")
        else:
            outcomes.append("broken")
    return min(outcomes, key=order)


def check_row(row, operations):
    """Yields (rule, severity, heading)."""
    number = {heading: parse(text) for heading, text in row.items()}
    get = number.get
    batch = F(row.get("Batch") or 1)
    at_once = F(row.get("Threads") or 1) * F(row.get("Instances") or 1)
    time, latency, power = get("Inference time [ms]"), get("Latency [ms]"), get("Power [W]")
    rate_heading = "Inferences/s" if "Inferences/s" in row else "FPS"
    rate = get(rate_heading)
    stages = [get(name) for name in ("Preprocess [ms]", "Inference time [ms]", "Postprocess [ms]") if get(name)]
    relations = []
    if rate and at_once == 1 and not get("Preprocess [ms]"):
        relations.append(("inference-rate", rate_heading, [([t], [-1], 1000 * batch) for t in (time, latency) if t]))
    # One measurement: what follows from the rate has to follow from the time as well, which may have more digits.
    same = bool(rate and time and at_once == 1 and not get("Preprocess [ms]") and not get("Postprocess [ms]") and
                judge(rate, [([time], [-1], 1000 * batch)]) in ("", "digits"))
    if get("GOPS") and row.get("Model") in operations:
        each = [([rate, operations[row["Model"]]], [1, 1], 1)] if rate else []
        alone = row.get("Batch") and time and at_once == 1 and not latency and not get("Preprocess [ms]") and not get("Postprocess [ms]")
        if same or (not rate and alone):
            each.append(([operations[row["Model"]], time], [1, -1], 1000 * batch))
        if each:
            relations.append(("gops", "GOPS", max(([form] for form in each), key=lambda form: telling(judge(get("GOPS"), form)))))
    if get("GOPS") and get("Peak [GOPS]"):
        relations.append(("performance-ratio", "Performance ratio [%]", [([get("GOPS"), get("Peak [GOPS]")], [1, -1], 100)]))
    if power:
        forms = [([power, rate], [1, -1], 1000)] if rate else []
        if at_once == 1:
            forms += [([power, t], [1, 1], 1 / batch) for t in (time, latency) if t]
            forms += [([power, time], [1, 1], 1)] if time else []
        joules = get("Energy/inference [mJ]")
        if same and joules:
            # Of one input by time and rate both; or by the whole way; or of the whole request.
            worst = max(([form] for form in forms[:2]), key=lambda form: telling(judge(joules, form)))
            forms = worst + forms[2:]
        relations.append(("energy", "Energy/inference [mJ]", forms))
        of_what = get("GOPS") or (None if rate or time else get("Peak [GOPS]"))
        relations.append(("gops-per-watt", "GOPS/W", [([of_what, power], [1, -1], 1)] if of_what else []))
        relations.append(("rate-per-watt", "Inferences/W", [([rate, power], [1, -1], 1)] if rate else []))
    for rule, heading, forms in relations:
        result = get(heading)
        outcome = judge(result, forms) if result and forms else ""
        if outcome == "digits":
            yield "digits", "suspicions", heading
        elif outcome == "units":
            yield "units", "contradictions", heading
        elif outcome == "broken":
            gaps = rule == "inference-rate" and latency and rounded(rate)[1] < 1000 * batch / rounded(time)[1]
            if gaps and rounded(rate)[0] > 1000 * batch / rounded(latency)[0]:
                continue  # Between the two: a pipeline.
            yield rule, "suspicions" if gaps else "contradictions", heading
    if rate and at_once > 1 and rounded(rate)[0] * rounded(latency or time)[0] / 1000 > at_once * batch:
        yield "inference-rate", "contradictions", rate_heading
    if rate and len(stages) > 1 and rounded(rate)[1] < 1000 / sum(rounded(stage)[1] for stage in stages):
        yield "stages", "contradictions", rate_heading
    for rule, less, more in (("map-order", "mAP(.50:.95) [%]", "mAP(.50) [%]"), ("top-order", "Top-1 [%]", "Top-5 [%]"),
                             ("idle-power", "Idle power [W]", "Power [W]")):
        if get(less) and get(more) and rounded(get(less))[0] > rounded(get(more))[1]:
            yield rule, "contradictions", less


def accuracy_gains(rows):
    """Yields (row, heading) of each INT8 accuracy over 0.5 points above FP32's: of its table and device, else of the document's best."""
    for heading in ("Top-1 [%]", "Top-5 [%]", "mAP(.50) [%]", "mAP(.50:.95) [%]"):
        full = [row for row in rows if row.get("Precision") == "FP32" and parse(row.get(heading))]
        for row in rows:
            if not (row.get("Precision") or "").startswith("INT") or not parse(row.get(heading)):
                continue
            same = [other for other in full if other["Model"] == row["Model"]]
            near = [other for other in same if (other["Table"], other["Device"]) == (row["Table"], row["Device"])]
            if "mAP" in heading and not near and any(
                    parse(other["mAP(.50) [%]"])[0] < parse(other["mAP(.50:.95) [%]"])[0] for other in same):
                continue  # Exchanged in some table: which is the best is not told.
            best = near[:1] or sorted(same, key=lambda other: parse(other[heading])[0])[-1:]
            if best and rounded(parse(row[heading]))[0] > rounded(parse(best[0][heading]))[1] + F(1, 2):
                yield row, heading


def printed(row, heading):
    text = row[heading]
    unit = re.search(r"\[(.*)\]", heading)
    return text if " " in text else f"{text} {unit[1] if unit else heading}"


def main(folder, *lists):
    found = {"contradictions": [], "suspicions": []}
    for file in sorted(pathlib.Path(folder).glob("*.csv")):
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
        rows = list(csv.DictReader(lines))
        operations = {row["Model"]: parse(row["Operations [GOp]"]) for row in rows if row.get("Operations [GOp]")}
        counts = {}
        gains = [(id(row), heading) for row, heading in accuracy_gains(rows)]
        for row in rows:
            # A row without any number of its own is none.
            values = [text for heading, text in row.items() if re.search(r"\[|/|FPS", heading) and parse(text)]
            if not values and not row.get("Batch"):
                continue
            counts[row["Table"]] = counts.get(row["Table"], 0) + 1
            gained = [("accuracy-gain", "suspicions", heading) for which, heading in gains if which == id(row)]
            for rule, severity, heading in [*check_row(row, operations), *gained]:
                found[severity].append("\t".join((file.stem, row["Table"], str(counts[row["Table"]]), rule, printed(row, heading))))
    wrong = False
    for severity, path in zip(("contradictions", "suspicions"), lists):
        golden = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        golden = sorted(line for line in golden if line.split("\t")[3] in KNOWN)
        if golden == sorted(found[severity]):
            print(f"{severity}: {len(golden)} agree")
            continue
        wrong = True
        print(f"{severity} differ")
        for line in sorted(set(golden) - set(found[severity])):
            print("  only in the list:", line)
        for line in sorted(set(found[severity]) - set(golden)):
            print("  only found here: ", line)
    return wrong


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
