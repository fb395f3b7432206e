"""A person's browser without scripts: it keeps cookies, reads pages, and presses what stands on them."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

from httpx import Client, Response
from lxml import html


def _tree(text: str) -> Any:
    """Read a page as browsers do, who leave out the line's end at which a large field begins."""
    tree: Any = html.document_fromstring(text)
    areas: Any = tree.xpath("//textarea")
    for area in areas:
        area.text = (area.text or "").removeprefix("\n")
    return tree


class Shown:
    """A page as it was answered."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.status = response.status_code
        self.tree: Any = _tree(response.text) if response.text else None

    @property
    def address(self) -> str:
        """Where one ended up: path and query."""
        return self.response.url.raw_path.decode()

    @property
    def heading(self) -> str:
        """What the page's heading says."""
        return self.text("//h1")

    @property
    def told(self) -> str:
        """What is told of what was just done; "" for nothing."""
        return self.text("//*[@role='status']")

    @property
    def problem(self) -> str:
        """What is said to be wrong; "" for nothing."""
        return self.text("//*[@role='alert']")

    def texts(self, path: str) -> Sequence[str]:
        """Return what each element says that an XPath finds, white space made one space."""
        return [
            _plain(element if isinstance(element, str) else element.text_content()) for element in self.tree.xpath(path)
        ]

    def text(self, path: str) -> str:
        """Return what the first one says; "" where there is none."""
        return next(iter(self.texts(path)), "")

    @property
    def rows(self) -> Sequence[Sequence[str]]:
        """Return the cells of each row of the page's table."""
        return [[_plain(cell.text_content()) for cell in row.xpath("th|td")] for row in self.tree.xpath("//tbody/tr")]

    @property
    def links(self) -> dict[str, str]:
        """Return where the page's links lead, by what they say."""
        return {_plain(link.text_content()): link.get("href") for link in self.tree.xpath("//a[@href]")}


class Reader:
    """Reads the console's pages with a client of the application. `client.follow_redirects` is on."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def read(self, address: str, **options: Any) -> Shown:
        """Go to an address."""
        return Shown(self.client.get(address, **options))

    def follow(self, page: Shown, link: str) -> Shown:
        """Go where the link with this text leads."""
        return self.read(page.links[link])

    def press(self, page: Shown, button: str, **typed: str | Sequence[str]) -> Shown:
        """Press a button, with this typed or ticked in its form, and everything else as the page has it.

        A name that is Python's own word has an underscore at its end.
        """
        pressed = next(one for one in page.tree.xpath("//button") if _plain(one.text_content()) == button)
        form = next(pressed.iterancestors("form"))
        fields: dict[str, Any] = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        fields.update({name.removesuffix("_"): value for name, value in typed.items()})
        if pressed.get("name"):
            fields[pressed.get("name")] = pressed.get("value", "")
        where = urljoin(page.address, form.get("action") or page.address)
        if (form.get("method") or "get").lower() == "get":
            return Shown(self.client.get(where, params=fields))
        return Shown(self.client.post(where, data=fields))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
