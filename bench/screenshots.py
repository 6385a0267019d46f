"""The pictures of the README, taken from the real page in a real browser.

    python bench/screenshots.py [--out docs/images]

Starts the service on this machine, pastes the article that ships, and takes the page at laptop width, light and dark,
and at phone width. Needs Chromium, its driver and selenium.
"""

import argparse
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).parent.parent
ARTICLE = ROOT / "docs" / "examples" / "ferry-sinking.txt"
PORT = 8123
SHOTS = {
    "home.png": (1280, 1000, "light"),
    "home-dark.png": (1280, 1000, "dark"),
    "home-phone.png": (390, 844, "light"),
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
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(PORT)]
    service = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    driver = browser()
    try:
        wait_for_service()
        for name, (width, height, scheme) in SHOTS.items():
            measures = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", measures)
            feature = {"name": "prefers-color-scheme", "value": scheme}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            show_claims(driver)
            driver.save_screenshot(str(out / name))
            print(out / name)
    finally:
        driver.quit()
        service.terminate()


if __name__ == "__main__":
    main()
