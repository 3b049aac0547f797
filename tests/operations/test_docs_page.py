"""`/docs` in a real browser: it shows the API, and asks nobody else for anything."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("GATEWAY_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def page():
    """A page of a Chromium that knows no network but loopback."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium")
        pytest.skip("there is no Chromium; set GATEWAY_TEST_CHROMIUM or install it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("listener", ["url", "admin_url"])
def test_the_documentation_makes_no_outside_request(gateway, page, listener):
    """Every request goes to the gateway itself, none fails, and the operations are on the page."""
    home = getattr(gateway, listener)
    asked, failed, said = [], [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{home}/docs", wait_until="networkidle")
    page.get_by_text("/v1/facilities" if listener == "url" else "/admin/v1/clients").first.wait_for()
    page.wait_for_timeout(500)
    outside = [url for url in asked if not url.startswith((home + "/", "data:", "blob:"))]
    assert [] == outside
    assert [] == failed
    assert [] == said
    assert f"{home}/openapi.json" in asked


def test_a_problem_page_stands_without_scripts(gateway, page):
    """The page of a problem is readable, has one main heading, and switches language."""
    page.set_extra_http_headers({"Accept-Language": "id"})
    page.goto(f"{gateway.url}/problems/token-expired")
    assert "Token kedaluwarsa" == page.locator("h1").inner_text()
    page.get_by_text("English").click()
    assert "Token expired" == page.locator("h1").inner_text()
    assert "en" == page.locator("html").get_attribute("lang")
