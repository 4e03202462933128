"""What the translation memory offers for the lines of a transcript, asked anew for each page.

Nothing of it is kept with the clip: the words are other people's, who may take them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy.orm import object_session

from pipeline.cues import Offer
from pipeline.layout import fit
from pipeline.models import SEVERAL_LANGUAGES, Appeal, Layer, Status
from web import proof
from web.desk import desk

#: Gives what the memory offers for each of these lines of the transcript.
Remember = Callable[[Sequence[str]], Sequence[Sequence[Offer]]]


def offers_for(appeal: Appeal) -> Remember:
    """To be asked with the lines of this appeal's transcript; offers nothing where nothing can be changed."""
    track, session = appeal.track(Layer.TRANSCRIPT), object_session(appeal)
    if track is None or session is None or appeal.status != Status.DRAFTED:
        return lambda lines: [()] * len(lines)
    languages = {cue.text: cue.language for cue in track.latest.cues}
    frame = proof.frame(appeal)

    def language(line: str) -> str:
        if track.language != SEVERAL_LANGUAGES:
            return track.language
        return next((code for text, code in languages.items() if text and line.startswith(text)), "")

    def remember(lines: Sequence[str]) -> list[list[Offer]]:
        memory = desk().recall.memory(session)
        found: list[list[Offer]] = [[] for _ in lines]
        for code in {language(line) for line in lines if line}:
            places = [place for place, line in enumerate(lines) if line and language(line) == code]
            for place, offers in zip(places, memory.all_like(code, [lines[place] for place in places]), strict=True):
                found[place] = [replace(offer, text=fit(offer.text, frame)) for offer in offers]
        return found

    return remember
