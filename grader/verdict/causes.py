"""The likely causes that a timeline tells of, in words. Their names come from grader.evidence."""

from __future__ import annotations

from collections.abc import Mapping

from grader.base.messages import NO_MESSAGE, Message, say

CAUSES: Mapping[str, Message] = {
    "twice": say(
        "Each event was reported or counted exactly twice: the program is attached twice, at the "
        "entry and at the exit of the call perhaps, or does it twice."
    ),
    "too_broad": say(
        "The program also runs for other system calls: {calls}. It is attached too broadly."
    ),
    "silent": say("None of them was reported. The program is attached to {places}."),
    "mute": say(
        "None of them was reported: the program, as it was compiled, never calls {missing}."
    ),
    "quiet": say(
        "None of them was reported, although the program is attached to {places}: a condition in "
        "it lets none of them pass; it reports blank text; or what it reports does not get out, "
        "as with %f in a format."
    ),
    "some_cpus": say(
        "Events were missed on some CPUs, and on no others: what the program uses, or reads, "
        "belongs to one CPU alone."
    ),
    "first_only": say("The first event was reported, and none after it."),
    "not_first": say(
        "Every event but the first was reported: one branch of the program does not report."
    ),
    "starts_at_zero": say(
        "All counts are one too small: the counter starts at 0 with the first event, not at 1."
    ),
    "first_twice": say(
        "The first event counts twice: it is stored as 1, and then added once more."
    ),
    "unset": say(
        "The first count is what was on the kernel's stack: a variable is stored that nothing "
        "was ever put into."
    ),
    "uncounted": say(
        "The counter stays as it is, although the program is attached to {places}: nothing is "
        "stored when lookup() finds no entry, or it is stored under another key."
    ),
    "copy_grows": say(
        "The count stays as it is: each event stores the same number, or adds to a copy that does "
        "not get into the table."
    ),
    "not_followed": say(
        "The count becomes 2 with the second event, and stays 2: what is added to is not the "
        "number in the table, but perhaps whether lookup() found one. That number is *p."
    ),
    "one_less": say(
        "Each number is one less than it should be: it is the number before this event."
    ),
    "double_number": say("Each number is twice what it should be: each event counts twice."),
    "wall_clock": say(
        "This is the time of day, the time since 1970. The kernel's time stamps count from "
        "when the machine booted."
    ),
    "microseconds": say("The times are 1000 times too small: microseconds, not nanoseconds."),
    "milliseconds": say("The times are 1000000 times too small: milliseconds, not nanoseconds."),
    "seconds": say(
        "The times are in seconds, with a decimal point: all digits of the nanoseconds are asked "
        "for, as a whole number that counts from when the machine booted."
    ),
    "never_set": say("The time is 0: nothing was ever put into it."),
    "low_half": say(
        "These are the lower 32 bits of the right times: somewhere the time goes through 4 "
        "bytes instead of 8."
    ),
    "hexadecimal": say("These are the right times, in hexadecimal."),
    "previous": say("Each event carries the time of the one before it."),
    "taken_later": say(
        "The times are later than the events: they were taken when the event was read, not in "
        "the kernel when it happened."
    ),
}

GUESSES = ("quiet", "uncounted", "copy_grows")
"""Those that say what is likely, and where clang's warning of a line says more."""


def sentence_of(cause: str, details: Mapping[str, str]) -> Message:
    """Return what a person is told of `cause`, with `details` filled in; nothing for ""."""
    return say(CAUSES[cause], **details) if cause else NO_MESSAGE
