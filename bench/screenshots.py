"""The pictures of the README, taken from the real pages in a real browser.

    python bench/screenshots.py [--out docs/images]

Starts the service on this machine with a store of its own that holds the article that ships, pastes that article, and
takes the page at laptop width, light and dark, and at phone width; then the queue of reviewing and the disputes. Needs
Chromium, its driver and selenium.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import date
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from service.choose import make_extractor
from service.pipeline import extract
from service.records import Article
from service.settings import Settings
from service.store.extractions import keep
from service.store.store import Store

ROOT = Path(__file__).parent.parent
ARTICLE = ROOT / "docs" / "examples" / "ferry-sinking.txt"
PORT = 8163
SHOTS = {
    "home.png": (1280, 1000, "light"),
    "home-dark.png": (1280, 1000, "dark"),
    "home-phone.png": (390, 844, "light"),
}
PAGES = {
    "review.png": ("/review", 1280, 820, "light"),
    "review-phone.png": ("/review", 390, 844, "dark"),
    "disputes.png": ("/disputes", 1280, 620, "light"),
}
QUIET = ("background-networking", "component-update", "sync", "gpu", "dev-shm-usage")


def browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or "google-chrome"
    for argument in ("--headless=new", "--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in QUIET)):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def show_claims(driver: webdriver.Chrome) -> None:
    driver.get(f"http://127.0.0.1:{PORT}/")
    driver.execute_script("arguments[0].value = arguments[1]", driver.find_element(By.ID, "text"), ARTICLE.read_text())
    driver.execute_script("document.getElementById('published').value = '2025-03-12'")
    driver.find_element(By.ID, "go").click()
    WebDriverWait(driver, 60).until(lambda page: page.find_element(By.ID, "save").is_displayed())
    time.sleep(1)
    driver.execute_script("document.getElementById('result').scrollIntoView()")
    time.sleep(0.3)


def fill(address: Path) -> None:
    """Keeps what is found in the article, as the service does."""
    settings = Settings()
    article = Article(
        id="ferry-sinking",
        text=ARTICLE.read_text(encoding="utf-8"),
        title="Ferry sinks off Kessara",
        published=date(2025, 3, 12),
    )
    extraction = asyncio.run(extract(article, extractor=make_extractor("embedded", settings), settings=settings))
    store = Store.open(str(address))
    with store.writing() as connection:
        keep(connection, extraction)
    store.close()


def take(driver: webdriver.Chrome, width: int, height: int, scheme: str) -> None:
    measures = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", measures)
    feature = {"name": "prefers-color-scheme", "value": scheme}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def wait_for_service() -> None:
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"The service did not start on port {PORT}.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "store.sqlite"
        fill(kept)
        command = [sys.executable, "-m", "service.cli", "serve", "--port", str(PORT)]
        environment = os.environ | {"ACCORDING_STORE": str(kept)}
        service = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        driver = browser()
        try:
            wait_for_service()
            for name, (width, height, scheme) in SHOTS.items():
                take(driver, width, height, scheme)
                show_claims(driver)
                driver.save_screenshot(str(out / name))
                print(out / name)
            for name, (path, width, height, scheme) in PAGES.items():
                take(driver, width, height, scheme)
                driver.get(f"http://127.0.0.1:{PORT}{path}")
                time.sleep(0.5)
                driver.save_screenshot(str(out / name))
                print(out / name)
        finally:
            driver.quit()
            service.terminate()
            service.wait(20)


if __name__ == "__main__":
    main()
