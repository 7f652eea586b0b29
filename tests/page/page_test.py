#!/usr/bin/env python3
"""The page of the HTML report in Chromium, opened from disk: pages made of every kind of data.

  page_test.py TEMPLATE WORK   TEMPLATE as the build makes it, WORK a folder for pages"""

import os
import pathlib
import sys
import unittest
import xml.etree.ElementTree

import made_pages
import numpy
from opened import FIGURES, SHOTS, Opened, setUpModule, tearDownModule  # noqa: F401 (unittest calls the last two)

if len(sys.argv) != 3:
    sys.exit(__doc__)
TEMPLATE, WORK = sys.argv[1:]
WORK = pathlib.Path(WORK)


def made(name, page, *more, **options):
    path = WORK / f"{name}.html"
    path.write_text(made_pages.fill(pathlib.Path(TEMPLATE).read_text(encoding="utf-8"), page, *more, **options), encoding="utf-8")
    return path


class Whole(unittest.TestCase):
    """A page on which every plot has something to draw."""

    @classmethod
    def setUpClass(cls):
        cls.path = made("whole", made_pages.whole_page())

    def test_every_plot_is_drawn_in_silence_and_nothing_leaves(self):
        for scheme in ("light", "dark"):
            with self.subTest(scheme), Opened(self.path, color_scheme=scheme) as opened:
                opened.see_all()
                states = opened.states()
                self.assertEqual(len(states), 5 + 6 * 7)
                self.assertEqual([one for one in states if one[2] != "drawn"], [])
                self.assertEqual(opened.said, [])
                self.assertEqual(opened.asked, [opened.url])
                opened.page.evaluate("scrollTo(0, 0)")
                opened.shot(f"whole-{scheme}")

    def test_schemes_differ_and_a_change_draws_again(self):
        with Opened(self.path, color_scheme="light") as opened:
            figure = opened.page.locator(f"{FIGURES}[data-state=drawn]").first
            pixels = lambda: opened.page.eval_on_selector(f"{FIGURES}[data-state=drawn] canvas", "c => c.toDataURL()")
            figure.wait_for()
            background = lambda: opened.page.eval_on_selector("body", "b => getComputedStyle(b).backgroundColor")
            light, light_pixels = background(), pixels()
            opened.page.emulate_media(color_scheme="dark")
            opened.page.wait_for_timeout(100)
            self.assertNotEqual(background(), light)
            self.assertNotEqual(pixels(), light_pixels)
            self.assertEqual(opened.said, [])

    def test_a_phone_never_scrolls_sideways(self):
        with Opened(self.path, viewport={"width": 360, "height": 740}, device_scale_factor=2, is_mobile=True, has_touch=True) as opened:
            opened.see_all()
            self.assertEqual([one for one in opened.states() if one[2] != "drawn"], [])
            self.assertLessEqual(opened.page.evaluate("document.documentElement.scrollWidth"), 360)
            opened.page.evaluate("scrollTo(0, 0)")
            opened.shot("whole-phone")

    def test_nothing_moves_while_plots_appear(self):
        with Opened(self.path) as opened:
            opened.see_all()
            shifts = opened.page.evaluate(
                "new Promise(done => { let sum = 0; new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })"
                ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(sum), 100); })")
            self.assertLess(shifts, 0.001)

    def test_print_draws_all_as_vectors(self):
        with Opened(self.path) as opened:
            opened.page.emulate_media(media="print")
            opened.page.wait_for_timeout(50)
            self.assertEqual({one[2] for one in opened.states()}, {"drawn"})
            drawn = opened.page.eval_on_selector_all(f"{FIGURES} .plot-paper svg", "all => all.map(s => [s.getBoundingClientRect().height > 50, s.querySelectorAll('path, text').length > 5])")
            self.assertEqual(drawn, [[True, True]] * (5 + 6 * 7))
            self.assertEqual(opened.page.locator(".plot-canvas:visible").count(), 0)
            opened.shot("whole-print")
            opened.page.emulate_media(media="screen")
            opened.page.wait_for_timeout(50)
            self.assertEqual(opened.page.locator(".plot-paper svg").count(), 0)
            # Paper itself: the browser prints at once, and waits for nothing.
            pdf = WORK / "whole.pdf"
            opened.page.pdf(path=str(pdf), format="A4")
            self.assertGreater(pdf.stat().st_size, 150_000)
            self.assertEqual(opened.said, [])

    def test_policy_stops_a_script_that_gets_into_the_page(self):
        with Opened(self.path) as opened:
            opened.page.evaluate("""() => { const script = document.createElement('script'); script.textContent = 'window.pwned = 1';
                document.body.append(script); const image = document.createElement('div');
                image.innerHTML = '<img src="data:," onerror="window.pwned = 2">'; document.body.append(image); }""")
            opened.page.wait_for_timeout(200)
            self.assertIsNone(opened.page.evaluate("window.pwned ?? null"))
            self.assertTrue(any("Content Security Policy" in one for one in opened.said), opened.said)

    def test_a_verdict_unfolds_by_keyboard(self):
        with Opened(self.path) as opened:
            summary = opened.page.locator("table.summary summary").first
            for _ in range(12):
                opened.page.keyboard.press("Tab")
                if summary.evaluate("s => s === document.activeElement"):
                    break
            self.assertTrue(summary.evaluate("s => s === document.activeElement"))
            opened.page.keyboard.press("Enter")
            self.assertTrue(opened.page.locator("table.summary details").first.evaluate("d => d.open"))
            self.assertTrue(opened.page.locator(".evidence p").first.is_visible())

    def test_plots_speak_and_obey_keys(self):
        with Opened(self.path) as opened:
            opened.see_all()
            spoken = opened.page.eval_on_selector_all(".plot-canvas", "all => all.map(c => [c.getAttribute('role'), c.tabIndex, c.getAttribute('aria-label').length > 20])")
            self.assertEqual(spoken, [["img", 0, True]] * (5 + 6 * 7))
            figure = opened.page.locator(f'{FIGURES}[data-plot="latency-time"]').first
            figure.scroll_into_view_if_needed()
            canvas = figure.locator(".plot-canvas")
            pixels = lambda: figure.locator("canvas").first.evaluate("c => c.toDataURL()")
            canvas.focus()
            opened.page.wait_for_timeout(100)
            before = pixels()
            opened.page.keyboard.press("+")
            opened.page.keyboard.press("+")
            opened.page.wait_for_timeout(150)
            self.assertNotEqual(pixels(), before)
            opened.page.keyboard.press("0")
            opened.page.wait_for_timeout(150)
            self.assertEqual(opened.said, [])

    def test_choices_change_the_plot(self):
        with Opened(self.path) as opened:
            for kind, label in (("latency-ecdf", "tail (logarithmic)"), ("sensors-time", "2")):
                figure = opened.page.locator(f'{FIGURES}[data-plot="{kind}"]').first
                figure.scroll_into_view_if_needed()
                figure.locator("canvas").first.wait_for()
                pixels = lambda f=figure: f.locator("canvas").first.evaluate("c => c.toDataURL()")
                before = pixels()
                height = figure.evaluate("f => f.clientHeight")
                figure.get_by_label(label, exact=True).focus()
                opened.page.keyboard.press("Space")
                opened.page.wait_for_timeout(100)
                self.assertNotEqual(pixels(), before, kind)
                self.assertEqual(figure.evaluate("f => f.clientHeight"), height, kind)
                if SHOTS:
                    figure.screenshot(path=f"{SHOTS}/{kind}-choice.png")

    def test_numbers_stand_beside_every_plot(self):
        with Opened(self.path) as opened:
            for plot, columns, cells in opened.unfold_numbers():
                self.assertGreater(columns, 1)
                self.assertEqual(cells, columns, plot)
            self.assertEqual(opened.said, [])

    def test_numbers_of_very_many_readings(self):
        page, values = made_pages.readings_page()
        with Opened(made("readings", page)) as opened:
            figure = opened.page.locator('[data-plot="sensors-time"]').first
            figure.scroll_into_view_if_needed()
            figure.locator("canvas").first.wait_for()
            figure.locator(".plot-numbers summary").click()
            rows = figure.locator(".plot-numbers table").evaluate("t => [...t.rows].map(r => [...r.cells].map(c => c.textContent))")
            found = next(one for one in rows if one[:3] == ["1", "timed", "soc.rail"])
            self.assertEqual(found[4], str(values.size))
            for text, value in zip(found[5:], (values.min(), values.mean(dtype=float), values.max())):
                self.assertAlmostEqual(float(text), float(value), delta=0.006 * abs(float(value)))
            self.assertEqual(figure.locator("canvas").count() > 0, True)
            self.assertEqual(opened.said, [])

    def test_a_table_that_fails_leaves_the_plot(self):
        with Opened(self.path) as opened:
            figure = opened.page.locator('[data-plot="efficiency"]').first
            figure.scroll_into_view_if_needed()
            figure.locator("canvas").first.wait_for()
            opened.page.evaluate("""() => { const made = document.createElement.bind(document);
                document.createElement = name => { if (name === 'table') throw new Error('no tables today'); return made(name); }; }""")
            figure.locator(".plot-numbers summary").click()
            figure.get_by_text("This table failed: no tables today.").wait_for()
            self.assertEqual(figure.get_attribute("data-state"), "drawn")
            self.assertTrue(figure.locator("canvas").first.is_visible())
            self.assertEqual(len(opened.said), 1)

    def test_a_plot_can_be_kept_as_svg(self):
        with Opened(self.path) as opened:
            for figure in [opened.page.locator(f'[data-plot="{kind}"]').first for kind in ("latency-time", "efficiency", "confusion")]:
                with opened.page.expect_download() as download:
                    figure.locator(".plot-save").click()
                kept = WORK / download.value.suggested_filename
                download.value.save_as(kept)
                root = xml.etree.ElementTree.parse(kept).getroot()
                self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertEqual(opened.said, [])

    def test_without_scripts_the_page_reads(self):
        with Opened(self.path, java_script_enabled=False) as opened:
            self.assertTrue(opened.page.locator("table.summary").is_visible())
            self.assertIn("switched off", opened.page.locator("noscript").inner_text())


class Others(unittest.TestCase):
    def test_what_is_not_there_is_said_to_be_so(self):
        with Opened(made("bare", made_pages.bare_page())) as opened:
            opened.see_all()
            states = {plot: state for plot, _, state in opened.states()}
            drawn = {"latency-time", "latency-histogram", "latency-ecdf"}
            self.assertEqual({plot for plot, state in states.items() if state == "drawn"}, drawn)
            self.assertEqual({plot for plot, state in states.items() if state == "empty"}, set(states) - drawn)
            words = {plot: opened.page.locator(f'[data-plot="{plot}"] .plot-empty').inner_text() for plot in set(states) - drawn}
            for plot in ("gops-power", "latency-energy", "efficiency", "accuracy-efficiency", "sensors-time"):
                self.assertIn("no power source", words[plot])
            self.assertIn("bandwidth", words["roofline"])
            self.assertIn("no accuracy pass", words["confusion"])
            self.assertEqual(opened.said, [])
            opened.shot("bare")

    def test_labels_run_nothing(self):
        with Opened(made("hostile", made_pages.hostile_page())) as opened:
            opened.see_all()
            self.assertEqual({one[2] for one in opened.states()}, {"drawn"})
            opened.unfold_numbers()
            for figure in opened.page.locator(FIGURES).all()[:12]:
                opened.hover(figure.locator(".plot-canvas"))
            opened.page.emulate_media(media="print")
            opened.page.wait_for_timeout(200)
            self.assertIsNone(opened.page.evaluate("window.pwned ?? null"))
            self.assertEqual(opened.page.locator("img, svg[onload], main script").count(), 0)
            self.assertEqual(opened.said, [])
            self.assertEqual(opened.asked, [opened.url])

    def test_no_rows(self):
        with Opened(made("none", made_pages.data(made_pages.directory("none", [])))) as opened:
            opened.see_all()
            self.assertEqual({one[2] for one in opened.states()}, {"empty"})
            self.assertEqual(opened.said, [])

    def test_two_directories(self):
        page = made_pages.data(*(made_pages.directory(name, [made_pages.row(numpy.random.default_rng(i), "openvino-cpu-fp32", 10 + i, power=8 + i)])
                                 for i, name in enumerate(("before", "after"))))
        with Opened(made("two", page)) as opened:
            opened.see_all()
            self.assertEqual({one[2] for one in opened.states()}, {"drawn"})
            label = opened.page.locator('[data-plot="efficiency"] .plot-canvas').get_attribute("aria-label")
            self.assertIn("before: openvino-cpu-fp32", label)
            self.assertIn("after: openvino-cpu-fp32", label)

    def test_damaged_data_stands_as_such_and_stops_no_other_plot(self):
        page = made_pages.bare_page()
        page["directories"][0]["rows"][0]["runs"][1]["timed"]["latency_ms"]["length"] += 1
        with Opened(made("damaged", page)) as opened:
            opened.see_all()
            states = {plot: state for plot, _, state in opened.states()}
            self.assertEqual(states["latency-time"], "failed")
            self.assertEqual(states["roofline"], "empty")
            self.assertIn("failed", opened.page.locator('[data-plot="latency-time"] .plot-empty').inner_text())
        with Opened(made("garbage", page, '{"format": 7}')) as opened:
            opened.page.locator("main > .plot-empty").wait_for()
            self.assertIn("found 7", opened.page.locator("main > .plot-empty").inner_text())

    def test_a_million_samples(self):
        path = made("million", made_pages.million_page())
        # Where its first row's latencies are, all of them in one window.
        with Opened(path, viewport={"width": 1280, "height": 3600}) as opened:
            opened.wait(lambda: opened.page.locator(f"{FIGURES}[data-state=drawn]").count() >= 8)
            self.assertEqual({one[2] for one in opened.states()[:8]}, {"drawn"})
            opened.shot("million", full=False)
            self.assertEqual(len(opened.unfold_numbers()), 5 + 7)
            self.assertEqual(opened.said, [])

    def test_very_many_plots_are_printed_in_part_or_by_choice_whole(self):
        with Opened(made("unsound", made_pages.unsound_page())) as opened:
            told = opened.page.locator(".plot-note", has_text="On paper are")
            self.assertIn("On paper are 350 of the 399 plots: all 5 across the rows, the first 345 of the 364 of INVALID rows (19 are left out), none of the 30 of other rows.",
                          told.inner_text())
            found = opened.on_paper()
            self.assertEqual(sum(svgs > 0 for _, svgs, _ in found), 350)
            for row, svgs, words in found:
                if row in ("", "openvino-cpu-0", "openvino-cpu-48"):
                    self.assertGreater(svgs, 0, row)
            self.assertEqual(sum("Left out on paper" in words for _, _, words in found), 49)
            self.assertEqual(opened.page.locator(".plot-paper > *").count(), 0)
            opened.page.locator("#plot-paper-all").check()
            self.assertFalse(told.is_visible())
            self.assertEqual(sum(svgs > 0 for _, svgs, _ in opened.on_paper()), 399)
            self.assertEqual(opened.said, [])

    def test_every_row_has_its_bar_on_paper_and_as_svg(self):
        page = made_pages.unsound_page(count=75)
        names = [row["id"] for row in page["directories"][0]["results"]["rows"]]
        with Opened(made("bars", page, row_plots=())) as opened:
            figure = opened.page.locator('[data-plot="efficiency"]')
            self.assertIn("40 of 75 rows at once on the screen; on paper and as SVG all.", figure.locator(".plot-note").inner_text())
            opened.page.emulate_media(media="print")
            parts = figure.locator(".plot-paper svg").evaluate_all("all => all.map(s => [[...s.querySelectorAll('text')].map(t => t.textContent), s.viewBox.baseVal.height])")
            opened.page.emulate_media(media="screen")
            self.assertEqual([one for words, _ in parts for one in words if one in names], names)
            self.assertEqual(len(parts), 3)
            for _, height in parts:  # At its width a page of A4 has some 1000.
                self.assertLess(height, 960)
            with opened.page.expect_download() as download:
                figure.locator(".plot-save").click()
            kept = WORK / "bars.svg"
            download.value.save_as(kept)
            words = [text.text for text in xml.etree.ElementTree.parse(kept).getroot().iter("{http://www.w3.org/2000/svg}text")]
            self.assertEqual([one for one in words if one in names], names)
            self.assertEqual(opened.said, [])

    def test_a_front_is_of_one_kind_of_rows(self):
        with Opened(made("unlike", made_pages.unlike_page())) as opened:
            figure = opened.page.locator('[data-plot="latency-energy"]')
            spoken = figure.locator(".plot-canvas").get_attribute("aria-label")
            for kind, rows in (("model DDRNet-39, input size 1024x2048, batch 1", "large: openvino-cpu-fp32"),
                               ("model DDRNet-23-slim, input size 256x512, batch 1", "again: openvino-cpu-fp32, small: openvino-cpu-fp32"),
                               ("model DDRNet-23-slim, input size 256x512, batch 8", "batched: openvino-cpu-fp32, twin: openvino-cpu-fp32")):
                self.assertIn(f"Pareto front (DC input, {kind}): {rows}", spoken)
            for plot in ("gops-power", "latency-energy", "efficiency", "accuracy-efficiency"):
                self.assertIn("The rows differ in model (DDRNet-39; DDRNet-23-slim), input size (1024x2048; 256x512), batch (1; 8): across these nothing may be ranked.",
                              opened.page.locator(f'[data-plot="{plot}"] .plot-note').inner_text())
            # Two of the rows are nearly at the same place: each has its name all the same, and none runs out of the drawing.
            opened.page.emulate_media(media="print")
            for plot in ("gops-power", "latency-energy", "accuracy-efficiency"):
                texts = opened.page.locator(f'[data-plot="{plot}"] .plot-paper svg').evaluate(
                    "s => { const all = s.getBoundingClientRect(); return [...s.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])"
                    ".filter(([words]) => words.includes(': ')).map(([words, r]) => [words, r.left >= all.left && r.right <= all.right, [r.left, r.top, r.right, r.bottom]]); }")
                self.assertEqual({words for words, _, _ in texts}, {f"{one}: openvino-cpu-fp32" for one in ("large", "small", "again", "batched", "twin")}, plot)
                for words, inside, box in texts:
                    self.assertTrue(inside, (plot, words))
                    for other, _, (left, top, right, bottom) in texts:
                        apart = box[2] <= left or right <= box[0] or box[3] <= top + 4 or bottom <= box[1] + 4  # Letters do not fill their box.
                        self.assertTrue(other == words or apart, (plot, words, box, other, (left, top, right, bottom)))
            opened.page.emulate_media(media="screen")
            opened.shot("unlike")
            self.assertEqual(opened.said, [])

    def test_five_hundred_rows_stay_usable(self):
        with Opened(made("many", made_pages.many_page())) as opened:
            opened.page.locator(FIGURES).first.scroll_into_view_if_needed()  # It stands below the table of 500 rows.
            opened.page.locator(f"{FIGURES}[data-state=drawn]").first.wait_for()
            self.assertEqual(opened.page.locator(FIGURES).count(), 5 + 500 * 7)
            # All in one window's time would be thousands of charts: only those near it are drawn.
            self.assertLess(opened.page.locator("canvas").count(), 40)
            opened.page.evaluate("""async () => {
              const figures = [...document.querySelectorAll('figure.plot')];
              for (const figure of [...figures.slice(0, 240).filter((_, i) => i % 16 === 0), figures.at(-1), figures[0]]) {
                figure.scrollIntoView({block: 'center'});
                while (!figure.querySelector('canvas')) await new Promise(requestAnimationFrame);
              }
            }""")
            self.assertLessEqual(opened.page.locator("canvas").count(), 80)
            # Where nobody looks nothing is laid out either.
            laid_out = opened.page.eval_on_selector_all(FIGURES, "all => all.filter(f => f.checkVisibility({contentVisibilityAuto: true})).length")
            self.assertLess(laid_out, 60)
            self.assertIn("On paper are 350 of the 3505 plots: all 5 across the rows, all 7 of INVALID rows, the first 338 of the 3493 of other rows (3155 are left out).",
                          opened.page.locator(".plot-note", has_text="On paper are").inner_text())
            self.assertEqual(opened.said, [])
            opened.page.evaluate("scrollTo(0, 0)")
            opened.shot("many", full=False)


if __name__ == "__main__":
    WORK.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=[sys.argv[0], *os.environ.get("ASSAY_PAGE_TESTS", "").split()], verbosity=2)
