"""The next page of a listing, as the Link header of its answer names it. Pure."""

from urllib.parse import unquote, urljoin, urlsplit

MOST_PAGES = 20_000  # two million customers; beyond that the pages lead in circles


def next_page_url(link: str, *, page: str, root: str) -> str | None:
    """Return the address of the next page; None when it leads out of the API, where no token of ours may go.

    `page` is the address of the page that names it, `root` the API's.
    """
    try:
        url = urljoin(page, link)
        found, own = urlsplit(url), urlsplit(root)
        is_same = (found.scheme, found.hostname, _port(found.scheme, found.port)) == (
            own.scheme,
            own.hostname,
            _port(own.scheme, own.port),
        )
    except ValueError:
        return None
    path = unquote(found.path)
    if not is_same or "@" in found.netloc or "\\" in url or not path.startswith(f"{own.path}/") or ".." in path:
        return None
    return url.split("#")[0]


def _port(scheme: str, port: int | None) -> int | None:
    return port or {"https": 443, "http": 80}.get(scheme)
