"""Pages out of made data, filled into the template as the C++ does it: every plot, every status, and what nobody hopes for."""

import base64
import html
import json
import zlib

import numpy

CLASSES = ["road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain",
           "sky", "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle"]
ROW_PLOTS = ("latency-time", "latency-histogram", "latency-ecdf", "sensors-time", "layers", "class-iou", "confusion")
PAGE_PLOTS = ("gops-power", "latency-energy", "efficiency", "accuracy-efficiency", "roofline")


def blob(values, dtype):
    array = numpy.asarray(values, dtype={"f32": "<f4", "i32": "<i4"}[dtype])
    return {"dtype": dtype, "length": int(array.size), "deflate": base64.b64encode(zlib.compress(array.tobytes(), 6)).decode()}


def series(first_us, latency_ms):
    starts = first_us + numpy.concatenate([[0], numpy.cumsum(latency_ms[:-1] * 1e3 + 5)]) if len(latency_ms) else numpy.zeros(0)
    deltas = numpy.diff(numpy.rint(starts), prepend=numpy.rint(first_us)) if len(latency_ms) else []
    return {"first_us": float(first_us), "start_delta_us": blob(deltas, "i32"), "latency_ms": blob(latency_ms, "f32")}


def latencies(random, count, mean):
    """Skewed, with a few outliers, and slow at first as a cold machine is."""
    values = mean * (1 + 0.03 * random.standard_gamma(1.5, count))
    values[random.choice(count, max(1, count // 500), replace=False)] *= random.uniform(1.4, 2.6)
    return values


def reading(random, name, unit, kind, begin_s, end_s, every_s, level, **more):
    t = numpy.arange(begin_s, end_s, every_s)
    if more.pop("gap", False):
        t = t[(t < end_s * 0.4) | (t > end_s * 0.5)]
    value = level * (1 + 0.01 * random.standard_normal(t.size)) * (1 + 0.35 * (t > begin_s * 0.8))
    return {"name": name, "unit": unit, "kind": kind, "source": "a made source", "boundary": "", "simulated": False,
            "t_s": blob(t, "f32"), "value": blob(value, "f32"), **more}


def run(random, repeat, count, mean, power=None, simulated=False):
    warm = latencies(random, max(20, count // 3), mean * 1.02)
    timed = latencies(random, count, mean)
    warm_s, timed_s = float(warm.sum() * 1e-3), float(timed.sum() * 1e-3)
    readings = []
    if power:
        span = (-warm_s - 3, timed_s + 2)
        readings = [
            reading(random, "wt300e.power", "W", "power", *span, 0.1, power, boundary="dc_input", simulated=simulated),
            reading(random, "ina3221.VDD_IN.power", "W", "power", *span, 0.2, power * 0.93, boundary="board", gap=True),
            reading(random, "soc.thermal", "degC", "temperature", *span, 1, 47),
            reading(random, "gpu.clock", "Hz", "clock", *span, 0.5, 9.1e8),
            reading(random, "gpu.busy", "%", "utilisation", *span, 0.5, 68),
        ]
    windows = [{"name": "idle-before", "begin_s": -warm_s - 3, "end_s": -warm_s - 1}, {"name": "warm-up", "begin_s": -warm_s, "end_s": 0},
               {"name": "timed", "begin_s": 0, "end_s": timed_s}, {"name": "idle-after", "begin_s": timed_s, "end_s": timed_s + 2}]
    return {"repeat": repeat, "failure": "", "windows": windows, "warmup": series(-warm_s * 1e6, warm), "timed": series(0, timed),
            "readings": readings}, timed


def figure(value, unit, side=0.02, status="ok", reasons=()):
    return {"value": value, "unit": unit, "lo": value * (1 - side), "hi": value * (1 + side), "status": status, "reasons": list(reasons)}


def unmeasured(unit, reason):
    return {"value": None, "unit": unit, "lo": None, "hi": None, "status": "unmeasured", "reasons": [reason]}


def confusion(random, classes):
    counts = random.integers(0, 400, (len(classes), len(classes)))
    counts[numpy.diag_indices(len(classes))] = random.integers(20_000, 90_000, len(classes))
    counts[-1] = 0
    return {"classes": classes, "counts": counts.tolist()}


def layers(random, count, elsewhere):
    return [{"name": f"layer{i}.conv", "type": "Convolution", "exec_type": "made", "time_ns": int(t), "operations": -1.0,
             "placement": "elsewhere" if i % 7 == 3 and elsewhere else "unknown" if i % 11 == 5 and elsewhere else "claimed"}
            for i, t in enumerate(random.gamma(1.2, 90_000, count))]


def row(random, name, mean=11.0, count=1000, repeats=3, power=None, status="ok", power_status="ok", simulated=False,
        power_simulated=False, boundary="dc_input", precision="fp32", accuracy=True, placement=True, miou=77.0, classes=None):
    """One row of results.json and what the page has of its runs."""
    classes = classes or CLASSES
    runs, pooled = [], []
    for repeat in range(1, repeats + 1):
        one, timed = run(random, repeat, count, mean * (1 + 0.01 * repeat), power, power_simulated)
        runs.append(one)
        pooled.append(timed)
    every = numpy.concatenate(pooled)
    mark = lambda limit: [int(i) for i in numpy.flatnonzero(limit > mean * 1.35)]
    percentiles = {key: float(numpy.quantile(every, q)) for key, q in (("p50", .5), ("p90", .9), ("p95", .95), ("p99", .99))}
    backend, accelerator = name.split("-")[:2]
    ms = float(every.mean())
    reason = "no power source"
    reasons = ["run-failed"] if status == "invalid" else ["autocorrelation"] if status == "warn" else []
    result = {
        "id": name, "device": "AMD EPYC", "backend": backend, "accelerator": accelerator.upper(), "model": "DDRNet-23-slim",
        "precision": precision, "executed_precision": precision, "batch": 1, "scenario": "single_stream", "repeats": repeats,
        "latency_mean": figure(ms, "ms", status=status, reasons=reasons), "throughput": figure(1e3 / ms, "FPS", status=status, reasons=reasons),
        "gops": figure(4535 / ms, "GOPS", status=status, reasons=reasons), "latency_p999": unmeasured("ms", "n=1000 too small for p99.9: needs 4603"),
        "placement": figure(97.5, "%") if placement else unmeasured("%", "not profiled"),
        "miou": figure(miou, "%", 0.008, status) if accuracy else unmeasured("%", "no accuracy pass"),
        "per_class_iou": [float(x) for x in random.uniform(35, 97, len(classes) - 1)] + [-1.0] if accuracy else [],
        "layers": layers(random, 90, True) if placement else [],
        "power_sources": [], "simulated": simulated, "verdict": status.upper(), "target": {},
        "findings": [{"rule": "run-failed", "severity": "INVALID", "evidence": "repeat 2 was killed by SIGSEGV", "figures": []}] if status == "invalid" else [],
        "diagnostics": {"outliers": [mark(timed) for timed in pooled], "pooled_ms": percentiles,
                        "bound_ms": {key: value * 1.03 for key, value in percentiles.items()}},
    }
    for percentile in ("p50", "p90", "p95", "p99"):
        result[f"latency_{percentile}"] = figure(percentiles[percentile], "ms", status=status)
    units = {"power": "W", "efficiency": "FPS/W", "energy_per_inference": "mJ", "gops_per_watt": "GOPS/W", "energy_delay_product": "J s"}
    values = {}
    if power:
        values = {"power": power, "efficiency": 1e3 / ms / power, "energy_per_inference": power * ms, "gops_per_watt": 4535 / ms / power,
                  "energy_delay_product": power * ms * ms * 1e-6}
        result["power_sources"] = [{"channel": "wt300e.power", "boundary": boundary, "simulated": power_simulated, "primary": True}]
    for key, unit in units.items():
        result[key] = figure(values[key], unit, 0.01, power_status, ["power-gap"] if power_status == "invalid" else []) if power else unmeasured(unit, reason)
    return result, {"id": name, "runs": runs, "confusion": confusion(random, classes) if accuracy else None}


def directory(name, rows, class_names=None, bandwidth=37.5):
    peak = {"precision": "fp32", "accelerator": "CPU", "gops": 508.7, "source": "measured: a made kernel", "bandwidth_gb_per_s": bandwidth,
            "bandwidth_source": "measured: a made read" if bandwidth else "", "of_target": False, "device": ""}
    results = {"schema": "assay-results", "schema_version": "1.2", "name": name, "peaks": [peak], "class_names": class_names or CLASSES,
               "rows": [one[0] for one in rows], "findings": []}
    return {"name": name, "results": results, "rows": [one[1] for one in rows]}


def data(*directories):
    return {"format": 1, "directories": list(directories), "published": []}


def body(page, row_plots):
    """The C++'s page in little: what the script and the style meet there."""
    parts = ['<a class="skip" href="#content">Skip to the results</a><header class="page-head"><h1>made - assay</h1></header><main id="content">']
    for d, one in enumerate(page["directories"]):
        cells = "".join(
            f'<tr class="result"><td>{html.escape(r["device"])}</td><th scope="row">{html.escape(r["id"])}</th>' + '<td class="num ok">12.3 ±0.4</td>' * 8 +
            f'<td class="verdict-cell"><span class="verdict {r["verdict"].lower()}">{r["verdict"]}</span></td></tr><tr class="evidence"><td colspan="11"><details>'
            f'<summary>{r["verdict"]}: 1 finding with evidence</summary><dl class="findings"><dt class="warn">WARN autocorrelation</dt><dd><p class="evidence">lag-1 0.38</p></dd></dl>'
            "</details></td></tr>" for r in one["results"]["rows"])
        parts.append(f'<section><h2>Results of {html.escape(one["name"])}</h2><div class="scroll" role="region" tabindex="0" aria-label="Results"><table class="summary">'
                     f'<tbody>{cells}</tbody></table></div></section>')
    plot = lambda kind, more="": f'<figure class="plot" data-plot="{kind}"{more}><figcaption>{kind}</figcaption></figure>'
    parts.append('<section><h2>Rows beside each other</h2><div class="plots">' + "".join(map(plot, PAGE_PLOTS)) + "</div></section>")
    for d, one in enumerate(page["directories"]):
        for r in one["results"]["rows"]:
            where = f' data-directory="{d}" data-row="{html.escape(r["id"])}"'
            parts.append(f'<section class="row"><h3>{html.escape(r["id"])}</h3><div class="plots">' + "".join(plot(kind, where) for kind in row_plots) + "</div></section>")
    return "".join(parts) + "</main>"


def fill(template, page, text=None, row_plots=ROW_PLOTS):
    whole = template
    for mark, value in (("title", "made - assay"), ("body", body(page, row_plots)), ("data", (text or json.dumps(page)).replace("<", "\\u003c"))):
        assert whole.count(f"<!--assay:{mark}-->") == 1, mark
        before, after = whole.split(f"<!--assay:{mark}-->")
        whole = before + value + after
    return whole


# --- Pages ------------------------------------------------------------------------------------------------------------


def whole_page(seed=1):
    """Every plot has something to draw, and every status occurs."""
    random = numpy.random.default_rng(seed)
    return data(directory("made", [
        row(random, "openvino-cpu-fp32", 11.5, power=8.1),
        row(random, "openvino-cpu-int8", 3.7, power=9.6, precision="int8", status="warn", power_status="warn", miou=76.1),
        row(random, "onnxruntime-cpu-fp32", 12.4, power=8.8, power_status="invalid", miou=77.2),
        row(random, "onnxruntime-cpu-int8", 6.4, power=7.7, precision="int8", power_simulated=True, miou=74.9),
        row(random, "replay-cpu-fp16", 9.0, power=6.0, precision="fp16", simulated=True, boundary="rail", miou=77.3),
        row(random, "qnn-cpu-int8", 5.0, power=5.0, precision="int8", status="invalid", power_status="invalid", miou=70.0),
    ]))


def bare_page():
    """What a machine without a meter gives."""
    random = numpy.random.default_rng(2)
    return data(directory("bare", [row(random, "openvino-cpu-fp32", accuracy=False, placement=False)], bandwidth=None))


def million_page():
    random = numpy.random.default_rng(3)
    return data(directory("million", [row(random, "openvino-cpu-int8", 3.7, count=200_000, repeats=5, power=9.6, precision="int8")]))


def readings_page(count=200_000):
    """More readings in one window than a call has arguments. Returns the page and the readings of the window."""
    random = numpy.random.default_rng(6)
    result, own = row(random, "openvino-cpu-fp32", power=8.1)
    values = numpy.float32(random.normal(60, 3, count))
    one = own["runs"][0]
    end = next(window["end_s"] for window in one["windows"] if window["name"] == "timed")
    many = reading(random, "soc.rail", "W", "power", 0, 1, 1, 1)
    one["readings"].append({**many, "t_s": blob(numpy.linspace(0, end * 0.999, count), "f32"), "value": blob(values, "f32")})
    return data(directory("readings", [(result, own)])), values


def many_page(count=500):
    random = numpy.random.default_rng(4)
    return data(directory("many", [row(random, f"openvino-cpu-{i}", 3 + i * 0.02, count=60, repeats=2, power=5 + i * 0.01,
                                       status="invalid" if i == count - 2 else "ok") for i in range(count)]))


def unsound_page(count=58, sound=6):
    """More plots of INVALID rows than a print takes by itself; the sound rows, at the end, have no accuracy. Small, since a
    test prints it whole."""
    random = numpy.random.default_rng(7)
    rows = []
    for i in range(count):
        last = i >= count - sound
        rows.append(row(random, f"openvino-cpu-{i}", 3 + i * 0.1, count=30, repeats=1, power=5 + i * 0.01, status="ok" if last else "invalid",
                        accuracy=not last, classes=["road", "sky"]))
        rows[-1][0]["layers"] = rows[-1][0]["layers"][:3]
    return data(directory("unsound", rows, ["road", "sky"]))


def unlike_page():
    """Networks, sizes and batches that no ranking may mix."""
    random = numpy.random.default_rng(8)

    def of(name, model, size, batch, mean, power):
        result, own = row(random, "openvino-cpu-fp32", mean, power=power)
        result.update(model=model, batch=batch)
        made_ = directory(name, [(result, own)])
        made_["results"]["protocol"] = {"size": size}
        return made_
    return data(of("large", "DDRNet-39", "1024x2048", 1, 90, 12.0), of("small", "DDRNet-23-slim", "256x512", 1, 9, 8.0),
                of("again", "DDRNet-23-slim", "256x512", 1, 8, 9.9), of("batched", "DDRNet-23-slim", "256x512", 8, 50, 12.0), of("twin", "DDRNet-23-slim", "256x512", 8, 50.2, 11.9))


HOSTILE = ('<img src=x onerror="window.pwned=1">', '</script><script>window.pwned=2</script>', '{a|b}\u202e"\'&lt;&#x27;', '"><svg onload=window.pwned=3>')


def hostile_page():
    random = numpy.random.default_rng(5)
    classes = [HOSTILE[i % len(HOSTILE)] + str(i) for i in range(len(CLASSES))]
    rows = []
    for i, text in enumerate(HOSTILE):
        result, own = row(random, "openvino-cpu-fp32", power=5.0 + i, classes=classes)
        result["id"] = own["id"] = text
        result["device"] = result["backend"] = text
        for layer in result["layers"]:
            layer["name"] = layer["type"] = layer["exec_type"] = text
        result["latency_p999"]["reasons"] = [text]
        for one in own["runs"]:
            for series_ in one["readings"]:
                series_["name"] = text + series_["name"]
            for window in one["windows"]:
                window["name"] = text
        rows.append((result, own))
    page = data(directory(HOSTILE[1], rows, classes))
    page["directories"][0]["results"]["peaks"][0]["source"] = HOSTILE[0]
    return page
