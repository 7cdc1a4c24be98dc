"""Draw the PNG icons from public/icon.svg with the browser: python scripts/icons.py (run when the drawing changes).

A maskable icon may lose everything outside a circle of 80 %, so there the drawing shrinks on a full-bleed ground.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

PUBLIC = Path(__file__).parent.parent / "public"
SVG = (PUBLIC / "icon.svg").read_text()
MASKABLE = SVG.replace('rx="112"', "").replace("<path", '<path transform="translate(256 262) scale(.74) translate(-256 -256)"')

with sync_playwright() as p:
    browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
    for name, size, drawing in (
        ("icon-180", 180, SVG.replace('rx="112"', "")),
        ("icon-192", 192, SVG),
        ("icon-512", 512, SVG),
        ("icon-maskable-192", 192, MASKABLE),
        ("icon-maskable-512", 512, MASKABLE),
        ("badge-96", 96, SVG.replace('fill="#0b4f55"', 'fill="none"')),
    ):
        page = browser.new_page(viewport={"width": size, "height": size})
        page.set_content(f"<style>*{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{drawing}")
        page.screenshot(path=PUBLIC / f"{name}.png", omit_background=True)
    browser.close()
