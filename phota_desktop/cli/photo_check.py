"""Looks at training photos before anything is paid, and says what is wrong with which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from phota_desktop.cli.output import Output, show_name, show_path
from phota_desktop.core.photo_check import Finding, judge, judge_set
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.services.checking import PhotoChecker


async def check(
    photos: Sequence[Path], tier: TrainingTier, output: Output, *, pet: bool = False
) -> bool:
    """Write a line for each photo with a finding; False if one cannot be read.

    Everything else is a warning: on the command line a person chose these very files.
    """

    def tell(done: int, total: int) -> None:
        output.bar(done, total, "checking photos")

    facts = await PhotoChecker().measure(photos, tell)
    output.clear_bar()
    verdicts = judge(facts)
    for verdict in verdicts:
        line = f"{show_path(verdict.path)}: {show_name(verdict.words)}"
        if verdict.kind is Finding.UNREADABLE:
            output.complain(line)
        elif verdict.kind is not Finding.GOOD:
            output.say(line)
    if any(verdict.kind is Finding.UNREADABLE for verdict in verdicts):
        return False
    better_out = sum(verdict.leave_out for verdict in verdicts)
    if better_out:
        count = "1 photo is" if better_out == 1 else f"{better_out} photos are"
        output.say(f"{count} better left out; all that you named will be used.")
    # The last hint holds for every set: the window has room for it.
    for hint in judge_set(facts, photos, tier, pet=pet).hints[:-1]:
        output.say(hint)
    return True
