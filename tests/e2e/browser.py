"""A browser in which somebody has signed in to Airflow."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright


@contextmanager
def signed_in(url: str, password: str, theme: str) -> Iterator[Page]:
    """Sign in through the page, as people do, in one of Airflow's colour modes."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
        page.goto(f"{url}/auth/login", timeout=60_000)
        page.fill("input[name=username]", "admin", timeout=60_000)
        page.fill("input[name=password]", password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "/auth/login" not in address, timeout=60_000)
        yield page
        browser.close()
