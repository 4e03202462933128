"""Links to posts: whether one is well-formed, to which network it leads, and when two lead to the same post."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

LONGEST = 500  # characters of a link that is kept

#: Where the posts of a network lie; the first host stands for the others. Subdomains count too.
HOSTS = {
    "youtube": ("youtube.com", "youtu.be"),
    "instagram": ("instagram.com", "instagr.am"),
    "facebook": ("facebook.com", "fb.com", "fb.watch"),
    "tiktok": ("tiktok.com",),
    "telegram": ("t.me", "telegram.me"),
    "x": ("x.com", "twitter.com"),
}

#: What in a query says which post it is; all else says where somebody came from, or who passed the link on.
TELLING = ("v", "story_fbid", "fbid", "id")

#: The ways to one post: what is caught names it, whatever stands around it.
WAYS = {
    "youtube": r"^/(?:(?:shorts|live|embed)/)?([\w-]{11})$",
    "instagram": r"/(?:p|reels?|tv)/([\w-]+)$",
    "facebook": r"/(?:reel|videos(?:/[^/]+)?)/([0-9]+)$",
    "tiktok": r"/(?:video|photo)/([0-9]+)$",
    "x": r"/status(?:es)?/([0-9]+)(?:/.*)?$",
}


def well_formed(text: str) -> str:
    """The link as it is kept: https://, a host with a name, nothing that tells who shared it; "" for anything else."""
    link = text if "://" in text else f"https://{text}"
    if len(link) > LONGEST or re.search(r"[\s<>\"\\]", link):
        return ""
    try:
        parts = urlsplit(link)
        known = parts.scheme == "https" and parts.port is None and not parts.username
    except ValueError:
        return ""
    if not known or not re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.hostname or ""):
        return ""
    return urlunsplit(parts._replace(query=_telling(parts.query), fragment="")) if network(link) else link


def _telling(query: str) -> str:
    return urlencode([(name, value) for name, value in parse_qsl(query) if name in TELLING])


def network(link: str) -> str:
    """The network to which a link leads; "" where we do not know the host."""
    host = urlsplit(link).hostname or ""
    return next((key for key, hosts in HOSTS.items() if any(f".{host}".endswith(f".{each}") for each in hosts)), "")


def leads_elsewhere(link: str, key: str) -> bool:
    """Whether the link of a post on this network leads to a host that is not its own."""
    return key in HOSTS and network(link) != key


def same(link: str) -> str:
    """What is equal for all links to one post: without the ways by which people come to it. Nonsense stays itself."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
    except ValueError:
        return link
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    key = network(f"https://{host}")
    host = HOSTS[key][0] if key else host
    query = parse_qs(parts.query)
    if key == "telegram" and path.startswith("/s/"):
        path = path.removeprefix("/s")
    if key in WAYS and (its := query.get("v") or re.findall(WAYS[key], path)):
        return f"{host}/{its[0]}"
    return f"{host}{path}" + "".join(f"&{name}={query[name][0]}" for name in TELLING if name in query)
