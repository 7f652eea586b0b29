"""A page opened from disk in Chromium, and what it says, asks for and draws. A module of tests takes setUpModule and
tearDownModule from here. With ASSAY_PAGE_SHOTS=FOLDER screenshots are written for people to look at."""

import os
import pathlib
import time

from browser import start

SHOTS = os.environ.get("ASSAY_PAGE_SHOTS")
FIGURES = "figure.plot"


def setUpModule():
    global driver, browser
    driver, browser = start()


def tearDownModule():
    browser.close()
    driver.stop()


class Opened:
    """A page from disk, with all that it said and asked for."""

    def __init__(self, path, **options):
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.url = pathlib.Path(path).resolve().as_uri()
        self.page.goto(self.url, wait_until="load")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def states(self):
        return self.page.eval_on_selector_all(FIGURES, "all => all.map(f => [f.dataset.plot, f.dataset.row ?? '', f.dataset.state ?? ''])")

    def see_all(self, figures=10_000):
        """Scrolls figure by figure into the window, until each says how it fared."""
        self.page.evaluate("""async limit => {
          for (const figure of [...document.querySelectorAll('figure.plot')].slice(0, limit)) {
            figure.scrollIntoView({block: 'center'});
            const end = performance.now() + 20_000;
            while (!figure.dataset.state) {
              if (performance.now() > end) throw new Error(`waited 20 s in vain for ${figure.dataset.plot} of ${figure.dataset.row}`);
              await new Promise(requestAnimationFrame);
            }
          }
        }""", figures)

    def unfold_numbers(self):
        """-> of each figure: kind, columns of its table's head, cells of its first row."""
        return self.page.evaluate("""async () => {
          const found = [];
          for (const figure of document.querySelectorAll('figure.plot')) {
            figure.querySelector('.plot-numbers summary').click();
            const end = performance.now() + 20_000;
            let table;
            while (!(table = figure.querySelector('.plot-numbers table'))) {
              if (performance.now() > end) throw new Error(`waited 20 s in vain for the numbers of ${figure.dataset.plot}`);
              await new Promise(requestAnimationFrame);
            }
            found.push([figure.dataset.plot, table.tHead.rows[0].cells.length, table.tBodies[0].rows[0].cells.length]);
          }
          return found;
        }""")

    def hover(self, canvas):
        """Along a diagonal, a frame at each stop: what is hovered tells its labels."""
        canvas.evaluate("c => c.scrollIntoView({block: 'center'})")
        box = canvas.bounding_box()
        for share in (0.15, 0.35, 0.5, 0.7, 0.9):
            self.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] * share)
            self.page.evaluate("new Promise(requestAnimationFrame)")

    def on_paper(self):
        """-> of each figure: row, drawings, their words. As a print finds it."""
        return self.page.eval_on_selector_all(FIGURES, """all => { dispatchEvent(new Event('beforeprint'));
            const found = all.map(f => [f.dataset.row ?? '', f.querySelectorAll('.plot-paper svg').length, f.querySelector('.plot-paper')?.textContent ?? '']);
            dispatchEvent(new Event('afterprint')); return found; }""")

    def wait(self, done, seconds=20):
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise AssertionError(f"waited {seconds} s in vain: {self.states()}")
            self.page.wait_for_timeout(10)

    def shot(self, name, full=True):
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{name}.png", full_page=full)
