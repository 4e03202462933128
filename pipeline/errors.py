"""Errors that carry the decision: a reason code, and whether another try can help.

A reason is a code in the database and a sentence on the screen. The sentences stand here, once, so that the
command line, the status page of a supporter and the staff pages say the same thing.
"""


def N_(sentence: str) -> str:
    """Marks a sentence that a page translates (babel.cfg); here it stays as it is."""
    return sentence


def S_(sentence: str) -> str:
    """The same where only the team reads it, in a file that also speaks to supporters (babel-staff.cfg)."""
    return sentence


#: What a supporter can mend herself, by sending another file.
SUPPORTER_REASONS = {
    "not_a_video": N_(
        "This file is not a video that we can read. Please send the video itself, as your phone saved it."
    ),
    "damaged": N_("The video is damaged or was cut off on its way. Please send it again."),
    "no_picture": N_("This file has sound but no picture. Please send a video."),
    "no_sound": N_("This video has no sound. Please record it again with the microphone on."),
    "too_long": N_("The video is longer than the limit. Please send a shorter one."),
    "too_short": N_("The video is too short to be an appeal. Please send a longer one."),
    "too_large_picture": N_("The picture is larger than we can take. Please send the video as a phone records it."),
    "unknown_codec": N_("The video is stored in a way that we do not open. Please send it as the phone recorded it."),
}

#: What only the team or the machine can mend.
STAFF_REASONS = {
    "tool_failed": S_("A tool failed on this clip."),
    "timed_out": S_("A tool took longer than it may."),
    "disk_full": S_("The disk is full."),
    "worker_lost": S_("The worker was lost in the middle of the work."),
    "no_model": S_("The speech model could not be loaded."),
    "file_changed": S_("A file of this clip is not the one that was stored."),
    "file_missing": S_("A file of this clip is missing from the storage."),
    "changed_since": S_("The clip changed after it was approved."),
    "unexpected": S_("Something failed that we did not foresee; the log of the worker says what."),
}

REASONS = SUPPORTER_REASONS | STAFF_REASONS


class PipelineError(Exception):
    """A step or tool could not do its work.

    reason: a key of REASONS. detail: the last words of the tool, for staff only. retry: whether trying again
    can help; False asks for a person at once.
    """

    def __init__(self, reason: str, detail: str = "", *, retry: bool = False) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail, self.retry = reason, detail, retry

    def __str__(self) -> str:
        return REASONS[self.reason]


class BadMedia(PipelineError):
    """The supporter's file is at fault; trying again cannot help."""


class ToolFailed(PipelineError):
    """A program failed, ran too long or ran out of room; another try may help."""

    def __init__(self, reason: str = "tool_failed", detail: str = "") -> None:
        super().__init__(reason, detail, retry=True)


class LostLease(Exception):
    """Someone else holds the step now: stop, throw the work away, write nothing."""
