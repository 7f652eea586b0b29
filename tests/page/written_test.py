#!/usr/bin/env python3
"""The page of a campaign of seconds, as `assay report` writes it, in Chromium.

  written_test.py PROGRAM   assay"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from opened import Opened, setUpModule, tearDownModule  # noqa: F401 (unittest calls them)

if len(sys.argv) != 2:
    sys.exit(__doc__)
PROGRAM = sys.argv[1]
SPEC = """assay: 1
name: small
model: {builtin: ddrnet23-slim, size: 64x128, input: {mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]}}
data: {streets: {train: 8, val: 12, seed: 3, size: 64x128}, calibration: {split: train, count: 4}, validation: {split: val, count: 12}}
rows:
  - {backends: [onnxruntime], precisions: [fp32]}
  - {backend: 'null', precision: fp32, options: {input: 'f32:1x3x64x128', output: 'f32:1x19x64x128'}}
protocol: {repeats: 2, warmup: {iterations: 20, duration: 50 ms, cap: 200 ms}, timed: {iterations: 200, duration: 2 s}, pipeline_iterations: 5}
accuracy: {compare_images: 4}
conditions: {cooling: active, quiet_wait: 0 s}
power: {idle: 1 s, loaded_idle: 500 ms, meters: [{kind: wt300e, simulator: [--load, "const:7.5"], boundary: dc_input, period: 100 ms, options: {voltage_range: 15, current_range: 1}}]}
"""


class WrittenByAssay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        spec, out, cls.path = (pathlib.Path(folder.name, name) for name in ("spec.yaml", "out", "page.html"))
        spec.write_text(SPEC)
        said = "".join(cls.assay(*words) for words in (["run", spec, "--out", out], ["report", out, "--format", "html", "-o", cls.path]))
        if not cls.path.exists():
            raise AssertionError(f"no page: {said}")

    @staticmethod
    def assay(*words):
        return subprocess.run([PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout

    def test_every_plot_is_drawn_or_says_why_not(self):
        with Opened(self.path) as opened:
            opened.see_all()
            states = opened.states()
            found = {(plot, row): state for plot, row, state in states}
            self.assertEqual(len(found), 5 + 2 * 7)
            # The null backend tells no layers, and its answers are no classes.
            may_be_empty = {(plot, row) for plot, row in found if "null" in row and plot in ("layers", "class-iou", "confusion")} | {("accuracy-efficiency", ""), ("roofline", "")}
            for which, state in found.items():
                self.assertIn(state, ("drawn", "empty") if which in may_be_empty else ("drawn",), which)
            self.assertEqual(opened.said, [])
            self.assertEqual(opened.asked, [opened.url])
            for image in opened.page.locator("img").all():
                self.assertTrue(image.get_attribute("alt"))
                self.assertTrue(image.evaluate("i => i.complete && i.naturalWidth > 0"))
            opened.page.evaluate("scrollTo(0, 0)")
            opened.shot("real")

    def test_a_verdict_unfolds_by_keyboard(self):
        with Opened(self.path) as opened:
            details = opened.page.locator("table details").first
            details.locator("summary").focus()
            self.assertFalse(details.evaluate("d => d.open"))
            opened.page.keyboard.press("Enter")
            self.assertTrue(details.evaluate("d => d.open"))
            self.assertTrue(details.locator("dd").first.is_visible())

    def test_what_is_folded_stands_on_paper(self):
        with Opened(self.path) as opened:
            folded = lambda: opened.page.eval_on_selector_all("details:not(.plot-numbers)", "all => all.filter(d => !d.open).length")
            before = folded()
            self.assertGreater(before, 3)
            opened.page.emulate_media(media="print")
            opened.wait(lambda: folded() == 0)  # Playwright's own waiting evaluates text, which the page's policy refuses.
            opened.page.emulate_media(media="screen")
            opened.wait(lambda: folded() == before)

    def test_a_phone_never_scrolls_sideways(self):
        for scheme in ("light", "dark"):
            with self.subTest(scheme), Opened(self.path, color_scheme=scheme, viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True) as opened:
                opened.see_all()
                for details in opened.page.locator("details:not(.plot-numbers)").all():
                    details.evaluate("d => { d.open = true; }")
                self.assertLessEqual(opened.page.evaluate("document.documentElement.scrollWidth"), 360)
                opened.shot(f"real-phone-{scheme}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *os.environ.get("ASSAY_PAGE_TESTS", "").split()], verbosity=2)
