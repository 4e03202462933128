"""Whether everybody can use a page, as far as a machine can tell: axe-core finds nothing against WCAG in it."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.services import ROOT

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run()).violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target.join(" "), failureSummary]))"""


def faults(page: Page) -> list[list[str]]:
    """In the page as it is now: the rule, the element, and how to mend it."""
    page.evaluate(f"() => {{ {AXE.read_text()} }}")
    found: list[list[str]] = page.evaluate(RUN)
    return found
