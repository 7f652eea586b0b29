"""How long the page of the HTML report takes in Chromium, opened from disk: the median of a few opens. The goal is of a page
with a million latencies in a window that shows the latency plots: all of them drawn. Argument: the page's template, as the
build makes it."""
import argparse
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "sdk/playwright"), str(ROOT / "tests/page")]
import browser as chromium  # noqa: E402
import made_pages  # noqa: E402

GOAL_MS = 2000
SHOWN = 8  # Plots in or near the window: the five across the rows and the row's latencies.
DRAWN = "figure.plot[data-state=drawn]"


def opened_ms(browser, path):
    """From the begin of the navigation to the last plot that the window shows."""
    page = browser.new_page(viewport={"width": 1280, "height": 3600})
    page.goto(path.as_uri(), wait_until="load")
    end = time.monotonic() + 60
    while page.locator(DRAWN).count() < SHOWN:
        if time.monotonic() > end:
            sys.exit(f"page.py: waited 60 s in vain for {SHOWN} plots, {page.locator(DRAWN).count()} are drawn")
        page.wait_for_timeout(10)
    last = page.evaluate(f"performance.getEntriesByName('assay:drawn')[{SHOWN - 1}].startTime")
    page.close()
    return last


def paper_ms(browser, path):
    """What a print waits for, of a page of very many plots."""
    page = browser.new_page()
    page.goto(path.as_uri(), wait_until="load")
    taken, plots = page.evaluate("""() => { const begin = performance.now(); dispatchEvent(new Event('beforeprint'));
        return [performance.now() - begin, document.querySelectorAll('.plot-paper:has(svg)').length]; }""")
    page.close()
    return taken, plots


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("template", type=pathlib.Path)
    parser.add_argument("--opens", type=int, default=5)
    args = parser.parse_args()
    template = args.template.read_text(encoding="utf-8")
    driver, browser = chromium.start()
    with tempfile.TemporaryDirectory() as folder:
        million, many = pathlib.Path(folder, "million.html"), pathlib.Path(folder, "many.html")
        million.write_text(made_pages.fill(template, made_pages.million_page()), encoding="utf-8")
        many.write_text(made_pages.fill(template, made_pages.many_page()), encoding="utf-8")
        opens = [opened_ms(browser, million) for _ in range(args.opens)]
        taken, plots = paper_ms(browser, many)
    browser.close()
    driver.stop()
    median = statistics.median(opens)
    print(f"1,000,000 latencies, {SHOWN} plots: {median:.0f} ms after the open (opens {min(opens):.0f} .. {max(opens):.0f}; "
          f"under {GOAL_MS})\n500 rows: a print waits {taken:.0f} ms for {plots} plots", flush=True)
    return 0 if median < GOAL_MS else 1


if __name__ == "__main__":
    sys.exit(main())
