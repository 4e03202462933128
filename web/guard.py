"""Against abuse, without riddles and trackers: how often from one place, how much in all, and the switch.

Many people share an address: phones of one network, a shelter, Tor. So whoever went beyond what is free works a little
for the next video, whoever asks too fast waits, and nobody is locked out. Who asked lives in memory, for a day, under
names that nobody can read (pace.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import cast

from flask import Flask, Response, abort, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from werkzeug.middleware.proxy_fix import ProxyFix

from pipeline.campaign import Intake
from pipeline.config import Settings
from pipeline.models import Appeal
from web import intake, receipt
from web.form import Problem
from web.pace import Pace, Places, TooSoon
from web.toll import BITS, Toll

HOUR = 3600  # s

# The plain form runs without JavaScript, so it cannot work for its next video. That is how people come with Tor's
# safest setting, who share their exit with others: more is free to it.
PLAIN = 4  # times what is free to the page with JavaScript
# Places that cannot be told apart are one: in an hour it is free to send this part of what is taken on a day.
CROWD = 4

ANSWER_SECONDS = 0.3  # a wrong code takes at least so long, whatever is wrong with it
AGAIN_SECONDS = 60  # for Retry-After, where too many ask for codes
QUICK_SECONDS, SLOW_SECONDS = 1.0, 5.0  # the longest wait for a lane: at most 20 + 20 + 20 threads wait at a time
SIGN_IN_SECONDS = 6.0


@dataclass
class Guard:
    """What one process knows: where requests come from, how often, and the counts as they were a moment ago.

    Codes: 44 tries a second in all, against 10^16 codes; the chance that anybody finds one of 20 000 within a year is
    0.3 %. Whoever tried five wrong ones goes to the slow lane, so that others do not wait behind them; places that
    cannot be told apart are among themselves. A flood from very many places can still fill a lane: then it says so.
    """

    places: Places
    toll: Toll
    uploads: Pace
    forms: Pace
    crowd: Pace  # videos from all places that cannot be told apart
    wrong_codes: Pace = field(default_factory=lambda: Pace(5, 3.0))  # of a place
    quick: Pace = field(default_factory=lambda: Pace(20, 0.05))
    slow: Pace = field(default_factory=lambda: Pace(4, 0.25))
    sign_ins: Pace = field(default_factory=lambda: Pace(10, 6.0))  # wrong ones, of a place
    hidden: bool = False  # whether somebody says that a proxy is before us, and PROXIES counts none

    @classmethod
    def of(cls, settings: Settings, most: Intake) -> Guard:
        """As settings and campaign say."""
        free, crowd = most.free_per_hour, max(most.free_per_hour, most.per_day // CROWD)
        return cls(
            places=Places(settings.proxies),
            toll=Toll(settings.secret_key),
            uploads=Pace(free, HOUR / max(free, 1)),
            forms=Pace(PLAIN * free, HOUR / max(PLAIN * free, 1)),
            crowd=Pace(crowd, HOUR / max(crowd, 1)),
        )

    def place(self) -> str:
        """Where this request comes from; "" where many people are behind one address."""
        self.hidden = self.hidden or ("X-Forwarded-For" in request.headers and not self.places.proxies)
        return self.places.name(request.remote_addr)


def init_app(app: Flask, settings: Settings) -> None:
    """Stand before the pages that can be abused."""
    app.extensions["guard"] = Guard.of(settings, app.extensions["desk"].campaign.intake)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
    app.before_request(_before)
    app.after_request(_after)


def guard() -> Guard:
    """The guard of this application."""
    return cast(Guard, current_app.extensions["guard"])


# Who may send another video


def _before() -> ResponseReturnValue | None:
    checks = {("GET", "submit.first"): _first, ("POST", "tus.create"): _upload, ("POST", "auth.enter"): _sign_in}
    check = checks.get((request.method, request.endpoint or ""))
    return check() if check else None


def _after(response: Response) -> Response:
    """Only what succeeded counts, or of signing in only what failed."""
    for pace, who, codes in g.pop("taken", ()):
        if response.status_code not in codes:
            pace.give_back(who)
    if "later" in g and response.status_code in {429, 503}:
        response.headers["Retry-After"] = str(g.later)
    return response


def _take(pace: Pace, who: str, codes: set[int], patience: float = 0.0) -> float:
    """Once more at this pace; it counts when the answer has one of the codes. Raises TooSoon."""
    wait = pace.take(who, patience)
    g.setdefault("taken", []).append((pace, who, codes))
    return wait


def _video(pace: Pace, codes: set[int]) -> None:
    """One more video from here. Raises TooSoon."""
    place = guard().place()
    _take(pace if place else guard().crowd, place, codes)


def _first() -> ResponseReturnValue | None:
    found = intake.closed()
    # 200 and no 503: what stands between us would show a page of its own
    return render_template("submit/closed.html", reason=found.reason, retry=found.until) if found else None


def _upload() -> ResponseReturnValue | None:
    """A new upload by tus. Those that were begun go on, whatever is closed."""
    if found := intake.closed():
        g.later = found.seconds
        return Response(f"{intake.SENTENCES[found.reason]}\n", 503, mimetype="text/plain")
    if guard().toll.paid(request.headers.get("Proof", "")):
        return None
    try:
        _video(guard().uploads, {201})
    except TooSoon as error:
        g.later = math.ceil(error.seconds)
        price = {"Proof-Challenge": guard().toll.challenge(), "Proof-Bits": str(BITS)}
        return Response(f"{_many(g.later)}\n", 429, price, mimetype="text/plain")
    return None


def _many(seconds: int) -> str:
    minutes = math.ceil(seconds / 60)
    said: str = ngettext(
        "Many videos came from your network. Please send yours again in %(num)s minute.",
        "Many videos came from your network. Please send yours again in %(num)s minutes.",
        minutes,
    )
    return said


def plain_form() -> Problem | None:
    """Why a video that came with the form itself is not taken; None where it is."""
    if found := intake.closed():
        g.later = found.seconds
        return Problem(503, "", intake.SENTENCES[found.reason])
    try:
        _video(guard().forms, {200, 422})
    except TooSoon as error:
        g.later = math.ceil(error.seconds)
        return Problem(429, "", _many(g.later))
    return None


# Who may guess


def asked(look: Callable[[str], Appeal | None]) -> Callable[[str], Appeal | None]:
    """Slow down who tries codes. A wrong one and a malformed one get the same answer in the same time.

    Where too many ask, nobody's code is looked at: right or wrong, the answer is 429 and says so.
    """

    @wraps(look)
    def slowly(typed: str) -> Appeal | None:
        started = time.monotonic()
        try:
            found = _in_turn(look, typed)
        except TooSoon as error:
            g.later = max(AGAIN_SECONDS, math.ceil(error.seconds))
            abort(429)  # errors.py says that the code may be right
        if found is None:
            time.sleep(max(0.0, started + ANSWER_SECONDS - time.monotonic()))
        return found

    return slowly


def _in_turn(look: Callable[[str], Appeal | None], typed: str) -> Appeal | None:
    """Queue, then look. Raises TooSoon."""
    place = guard().place()
    lane, patience = _lane(place)
    who = "named" if place else ""
    time.sleep(lane.take(who, patience))
    try:
        found = look(typed)
    except receipt.Busy:
        raise TooSoon(AGAIN_SECONDS) from None
    if found:  # then it was no guess
        lane.give_back(who)
        if place and lane is guard().quick:
            guard().wrong_codes.give_back(place)
    return found


def _lane(place: str) -> tuple[Pace, float]:
    """Where to queue, and for how long at most (s). In the quick one a place has used up one of its tries."""
    try:
        if place:
            guard().wrong_codes.take(place)
    except TooSoon:
        return guard().slow, SLOW_SECONDS
    return guard().quick, QUICK_SECONDS


def _sign_in() -> ResponseReturnValue | None:
    """A name is locked after five tries already; here whoever tries many names is slowed down."""
    place = guard().place()
    if not place:
        return None
    try:
        time.sleep(_take(guard().sign_ins, place, {403}, SIGN_IN_SECONDS))
    except TooSoon as error:
        g.later = math.ceil(error.seconds)
        problem = "Many tries came from your network. Please wait a minute."
        return render_template("sign_in.html", name="", problem=problem), 429
    return None
