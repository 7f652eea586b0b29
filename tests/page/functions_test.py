#!/usr/bin/env python3
"""The page's arithmetic against numpy's, in the browser that runs it.

  functions_test.py ESBUILD"""

import os
import pathlib
import subprocess
import sys
import unittest

import made_pages
import numpy
from browser import start

HERE = pathlib.Path(__file__).resolve().parent
if len(sys.argv) != 2:
    sys.exit(__doc__)
ESBUILD = sys.argv[1]


class Functions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        bundle = subprocess.run([ESBUILD, str(HERE / "functions.js"), "--bundle", "--format=iife", "--global-name=tested", "--log-level=warning"],
                                check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, "NODE_PATH": str(pathlib.Path(ESBUILD).parents[3])}).stdout
        driver, browser = start()
        cls.addClassCleanup(driver.stop)
        cls.addClassCleanup(browser.close)
        cls.page = browser.new_page()
        cls.page.evaluate(f"() => {{ {bundle}; window.tested = tested; }}")
        cls.random = numpy.random.default_rng(11)

    def call(self, name, *arguments):
        return self.page.evaluate("([name, given]) => { const out = window.tested[name](...given); return ArrayBuffer.isView(out) ? [...out] : out; }", [name, list(arguments)])

    def test_blobs(self):
        for dtype, values in (("f32", numpy.float32(self.random.standard_normal(1000))), ("i32", self.random.integers(-2**31, 2**31 - 1, 1000)), ("f32", [])):
            with self.subTest(dtype, n=len(values)):
                self.assertEqual(self.call("decode", made_pages.blob(values, dtype)), [float(x) for x in values])
        blob = made_pages.blob([1, 2, 3], "f32")
        for change in ({"length": 4}, {"length": 2}, {"dtype": "f64"}, {"deflate": "AAAA"}):
            with self.subTest(change), self.assertRaises(Exception):
                self.call("decode", {**blob, **change})

    def test_starts(self):
        self.assertTrue(numpy.allclose(self.call("startTimes", -2_000_000, [0, 500_000, 1_500_000]), [-2, -1.5, 0]))

    def test_m4_keeps_what_every_pixel_needs(self):
        x = numpy.cumsum(self.random.exponential(1, 20_000))
        y = self.random.standard_normal(20_000)
        y[7777], y[12_345] = 400, -400
        for begin, end in ((x[0], x[-1]), (x[3000], x[9000])):
            columns = 150
            kept = numpy.array(self.call("m4", x.tolist(), y.tolist(), float(begin), float(end), columns))
            self.assertTrue(numpy.all(numpy.diff(kept) > 0))
            self.assertLessEqual(kept.size, 4 * (columns + 3))
            inside = (x >= begin) & (x <= end)
            column = numpy.floor((x - begin) / (end - begin) * columns)
            for c in numpy.unique(column[inside]):
                own = numpy.flatnonzero(inside & (column == c))
                ours = kept[numpy.isin(kept, own)]
                self.assertEqual((y[ours].min(), y[ours].max(), ours.min(), ours.max()), (y[own].min(), y[own].max(), own.min(), own.max()))

    def test_m4_of_few_keeps_all_and_one_on_either_side(self):
        self.assertEqual(self.call("m4", list(range(100)), [0] * 100, 10, 20, 50), list(range(9, 22)))
        self.assertEqual(self.call("m4", [], [], 0, 1, 50), [])
        self.assertEqual(self.call("m4", [5, 5, 5], [1, 2, 3], 5, 5, 50), [0, 1, 2])

    def test_highest_of_each_column(self):
        self.assertEqual(self.call("highest", [0, 1, 2, 3], [0, 1, 6, 9], [1, 5, 2, 7], 0, 10, 2), [1, 3])

    def test_gaps(self):
        self.assertEqual(self.call("gapsIn", [0, 1, 2, 3, 8, 9]), [4])
        self.assertEqual(self.call("gapsIn", [0, 9]), [])

    def test_histogram_is_numpys(self):
        for n in (10, 1000, 3001):
            values = numpy.sort(self.random.gamma(4, 1, n))
            counts, edges = numpy.histogram(values, "fd")
            found = self.call("histogram", values.tolist())
            self.assertEqual((found["counts"], found["under"], found["over"]), (counts.tolist(), 0, 0))
            self.assertTrue(numpy.allclose(found["edges"], edges))

    def test_histogram_of_a_far_outlier_keeps_its_bins_and_loses_nothing(self):
        values = numpy.sort(numpy.concatenate([self.random.normal(10, 0.1, 5000), [0.5, 900]]))
        found = self.call("histogram", values.tolist(), 160)
        self.assertLessEqual(len(found["counts"]), 160)
        self.assertEqual(sum(found["counts"]) + found["under"] + found["over"], 5002)
        self.assertEqual((found["under"], found["over"]), (1, 1))
        quartiles = numpy.quantile(values, [0.25, 0.75])
        self.assertAlmostEqual(found["edges"][1] - found["edges"][0], 2 * (quartiles[1] - quartiles[0]) / 5002 ** (1 / 3), delta=0.02 * found["edges"][1])

    def test_histogram_without_a_spread(self):
        self.assertEqual(self.call("histogram", [3, 3, 3])["counts"], [3])
        self.assertEqual(sum(self.call("histogram", [1, 2, 2, 2, 2, 2, 9])["counts"]), 7)  # An IQR of 0.

    def test_counts_of_a_part(self):
        values = numpy.sort(self.random.uniform(0, 10, 999))
        edges = [2.0, 4.0, 5.5, 9.0]
        found = self.call("countIn", values.tolist(), edges)
        self.assertEqual(found["counts"], numpy.histogram(values, edges)[0].tolist())
        self.assertEqual((found["under"], found["over"]), (int((values < 2).sum()), int((values > 9).sum())))

    def test_quantile(self):
        values = numpy.sort(self.random.standard_normal(321))
        for share in (0, 0.25, 0.5, 0.99, 1):
            self.assertAlmostEqual(self.call("quantile", values.tolist(), share), float(numpy.quantile(values, share)), places=12)

    def test_bulk_is_998_of_1000(self):
        values = numpy.sort(self.random.standard_normal(1000))
        lo, hi = self.call("bulk", values.tolist())
        self.assertEqual(int(((values >= lo) & (values <= hi)).sum()), 998)

    def test_pareto_front_by_its_definition(self):
        for _ in range(20):
            points = self.random.integers(0, 12, (25, 2))
            beaten = [any((other <= one).all() and (other < one).any() for other in points) for one in points]
            front = self.call("paretoFront", [{"x": int(x), "y": int(y)} for x, y in points])
            self.assertEqual(sorted(front), [i for i in range(25) if not beaten[i]])
            self.assertEqual([int(points[i][0]) for i in front], sorted(int(points[i][0]) for i in front))
        self.assertEqual(self.call("paretoFront", []), [])

    def test_rows_of_a_confusion(self):
        self.assertEqual(self.call("normaliseRows", [[1, 3], [0, 0]]), [[0.25, 0.75], [None, None]])

    def test_log_axes(self):
        self.assertEqual(self.call("logTicks", 3, 60), [5, 10, 20, 50])
        self.assertEqual(self.call("logTicks", 4.6, 11), [6, 8, 10])
        self.assertEqual(self.call("logTicks", 11, 13), [11, 11.5, 12, 12.5, 13])
        self.assertEqual(self.call("logTicks", 1, 1e5), [1, 10, 100, 1000, 10_000, 100_000])
        for lo, hi in ((3.0, 60.0), (0.01, 0.01), (1.0, 1e6)):
            begin, end = self.call("logRange", lo, hi)
            self.assertLess(begin, lo)
            self.assertGreater(end, hi)

    def test_tick_labels_of_a_narrow_range_differ(self):
        for lo, hi in ((12.0, 12.003), (0.99991, 1.0001), (-5.0002, -5.0), (0, 100), (1e6, 1e6 + 3)):
            digits = self.call("tickDigits", lo, hi)
            step = 10 ** numpy.floor(numpy.log10((hi - lo) / 5))  # As fine as ticks get.
            ticks = [self.call("significant", lo + i * step, digits) for i in range(1, 6)]
            self.assertEqual(len(set(ticks)), 5, ticks)
        self.assertEqual(self.call("tickDigits", 0, 100), 4)
        self.assertEqual(self.call("tickDigits", 3, 3), 4)

    def test_clipped_segments(self):
        self.assertEqual(self.call("clipped", [-10, 5], [10, 5], [0, 0, 8, 8]), [[0, 5], [8, 5]])
        self.assertIsNone(self.call("clipped", [-10, 9], [10, 9], [0, 0, 8, 8]))
        self.assertTrue(numpy.allclose(self.call("clipped", [-4, -4], [20, 20], [0, 0, 8, 8]), [[0, 0], [8, 8]]))

    def test_texts(self):
        for value, text in ((12.3456, "12.35"), (0, "0"), (1e6, "1000000"), (0.00012346, "0.0001235"), (1234567, "1235000"), (100, "100"), (10.0, "10")):
            self.assertEqual(self.call("significant", value), text)
        for value, side, text in ((12.345, 0.42, "12.3 ±0.4"), (12.345, 0.14, "12.35 ±0.14"), (1234, 56, "1230 ±60"), (5.0, 0.0, "5")):
            self.assertEqual(self.call("withUncertainty", value, side), text)
        self.assertEqual(self.call("shortened", "abcdefghij", 5), "ab…ij")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
