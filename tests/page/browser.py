"""Debian's Chromium, driven by Playwright: what every test of the page needs, or a sentence on what is missing."""

import os
import sys

CHROMIUM = "/usr/bin/chromium"
try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sys.exit("tests/page: the browser's driver is missing: scripts/setup --with test")
if not os.path.exists(CHROMIUM):
    sys.exit("tests/page: chromium is missing: scripts/setup --with test")


def start():
    """-> driver, browser; both are the caller's to stop and close."""
    driver = sync_playwright().start()
    return driver, driver.chromium.launch(executable_path=CHROMIUM)
