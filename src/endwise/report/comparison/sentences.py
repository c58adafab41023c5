"""A comparison in words: plain English that can be forwarded as it stands. Systems stand between backticks."""

from __future__ import annotations

from collections.abc import Sequence

from endwise.errors import counted, listed
from endwise.evidence.comparison.slices import FEWEST
from endwise.records import Comparison, Gap, Score, Slice
from endwise.report.comparison.blame import blame_in_words
from endwise.report.comparison.ranking import decimals, gap_decimals, gap_unit, told_apart
from endwise.report.quantities import amount, number, percent, small, span

MOST_SLICES = 3  # slices spelled out in the words; the table has them all


def in_words(found: Comparison) -> str:
    """The comparison as one paragraph."""
    return " ".join(paragraphs(found))


def paragraphs(found: Comparison) -> list[str]:
    """The same thought by thought: the answer, the slices, each seam, and what to know of it all."""
    answer = [opening(found), chance(found), runner_up(found), regret(found)]
    closing = [judged_by(found), caveats(found)]
    thoughts = [[slices(found)], *([blame_in_words(found, one)] for one in found.blame), closing]
    joined = (" ".join(sentence for sentence in one if sentence) for one in (answer, *thoughts))
    return [paragraph for paragraph in joined if paragraph]


def headline(found: Comparison) -> str:
    """The answer as a headline."""
    best = found.systems[0]
    if len(found.systems) == 1:
        return f"`{best.name}` errs by {amount(best.error, found.unit, decimals(found))}"
    close = _close(found)
    if not close:
        return f"`{best.name}` is best"
    others = f"`{close[0].system}`" if len(close) == 1 else f"{len(close)} others"
    return f"`{best.name}` leads, but is not told apart from {others}"


def memo(found: Comparison) -> list[tuple[str, str]]:
    """What opens the page: heading and sentence, in the order in which they are asked."""
    sure = " ".join(part for part in (chance(found), runner_up(found)) if part)
    lines = [
        ("How sure", sure or "Nothing to compare it with: one file of predictions was given."),
        ("Expected loss", regret(found)),
        ("Where the order turns", slices(found)),
        ("To blame", _most_blame(found)),
        ("Judged by", judged_by(found)),
        ("Rows", rows(found)),
    ]
    return [(title, sentence) for title, sentence in lines if sentence]


def opening(found: Comparison) -> str:
    """What was compared, and the best system's error."""
    best = found.systems[0]
    count = len(found.systems)
    standing = "is best" if not _close(found) else "has the lowest error"
    place = f"{standing} of {count} systems" if count > 1 else "is the only system"
    return f"On {_basis(found)}, `{best.name}` {place}: {error(found, best)}."


def error(found: Comparison, score: Score) -> str:
    """An error with its interval, and for wrong answers the accuracy too."""
    places = decimals(found)
    accuracy = f"; accuracy {number(100 - score.error, places)} %" if found.metric == "error_rate" else ""
    interval = span(score.low, score.high, places)
    return f"{found.metric_title} {amount(score.error, found.unit, places)} (95 % interval {interval}{accuracy})"


def chance(found: Comparison) -> str:
    """How surely the first is best."""
    if len(found.systems) == 1:
        return ""
    return f"It is best with probability {percent(found.systems[0].probability_best)}."


def runner_up(found: Comparison) -> str:
    """How the second stands against the first, and who else is not told apart."""
    if not found.differences:
        return ""
    second = found.differences[0]
    also = [f"`{gap.system}`" for gap in found.differences[1:] if not told_apart(gap)]
    either = f" Not told apart from it either: {listed(also)}." if also else ""
    return f"Runner-up `{second.system}` {behind(found, second)}.{either}"


def behind(found: Comparison, gap: Gap) -> str:
    """How one system stands against another."""
    if gap.low == gap.high == 0:
        return "errs by as much in every draw: the two are not told apart"
    places = gap_decimals(found, gap)
    distance = amount(abs(gap.difference), gap_unit(found), places)
    side = "worse" if gap.difference >= 0 else "better"
    interval = span(gap.low, gap.high, places)
    if told_apart(gap):
        return f"is {side} by {distance} (95 % interval {interval})"
    return f"is {side} by {distance}; the two are not told apart (95 % interval of the difference {interval})"


def regret(found: Comparison) -> str:
    """What choosing the first is expected to lose."""
    if len(found.systems) == 1:
        return ""
    cost = small(found.systems[0].regret, gap_unit(found), decimals(found))
    return f"Choosing `{found.systems[0].name}` is expected to cost {cost} against the system that is truly best."


def slices(found: Comparison) -> str:
    """In which slices the order turns, beyond what chance does when so many are looked at."""
    looked = [one for one in found.slices if one.scores]
    if not found.slices or len(found.systems) == 1:
        return ""
    few = len(found.slices) - len(looked)
    skipped = f" {counted(few, 'slice')} with fewer than {FEWEST} groups {_is(few)} not judged." if few else ""
    if not looked:
        return skipped.strip()
    widened = f"intervals widened for {counted(found.comparisons, 'comparison')}"
    turned = sorted((one for one in looked if one.ahead), key=lambda one: min(gap.high for gap in one.gaps))
    if not turned:
        where = f"none of {len(looked)} slices" if len(looked) > 1 else "the one slice that was judged"
        turns = "does the order turn" if len(looked) > 1 else "the order does not turn"
        return f"In {where} {turns} beyond chance ({widened}).{skipped}"
    told = " ".join(_turned(found, one) for one in turned[:MOST_SLICES])
    more = f" It turns in {len(turned) - MOST_SLICES} more." if len(turned) > MOST_SLICES else ""
    return f"The order turns in {len(turned)} of {counted(len(looked), 'slice')} ({widened}). {told}{more}{skipped}"


def _turned(found: Comparison, one: Slice) -> str:
    ahead = min((gap for gap in one.gaps if gap.system in one.ahead), key=lambda gap: gap.difference)
    errors = {score.system: score.error for score in one.scores}
    places = gap_decimals(found, ahead)
    return (
        f"Where {one.column} is {one.value} ({counted(one.rows, 'row')}), `{ahead.system}` errs by "
        f"{number(errors[ahead.system], places)} and `{ahead.against}` by "
        f"{amount(errors[ahead.against], found.unit, places)} "
        f"(interval of the difference {span(ahead.low, ahead.high, places)})."
    )


def _most_blame(found: Comparison) -> str:
    """The seam at which the truth takes away most."""
    if not found.blame:
        return ""
    others = len(found.blame) - 1
    more = f" {counted(others, 'other seam')} below." if others else ""
    return blame_in_words(found, max(found.blame, key=lambda one: one.gone)) + more


def judged_by(found: Comparison) -> str:
    """Which metric judges, and why where nobody named it."""
    if not found.chosen:
        return ""
    return f"Judged by {found.metric_title}, since {found.chosen}; --metric names another."


def rows(found: Comparison) -> str:
    """Which rows were compared and which were not."""
    files = [f"{counted(one.count, 'row')} of {one.file} {_is(one.count)} not in {found.truth}" for one in found.extra]
    unlabelled = f"{counted(found.unlabelled, 'row')} of {found.truth} without a true value" if found.unlabelled else ""
    lacking = f"{counted(found.left_out, 'row')} without a prediction in every file" if found.left_out else ""
    left = "; ".join(part for part in (unlabelled, lacking, *files) if part)
    told = f"{_basis(found)}, matched by `{found.id}`; true values in `{found.wants}`."
    return f"{told[0].upper()}{told[1:]}" + (f" Left out: {left}." if left else "")


def caveats(found: Comparison) -> str:
    """The caveats' codes."""
    if not found.caveats:
        return ""
    codes: Sequence[str] = list(dict.fromkeys(one.code for one in found.caveats))
    return f"{counted(len(codes), 'caveat')} {'applies' if len(codes) == 1 else 'apply'}: {', '.join(codes)}."


def _basis(found: Comparison) -> str:
    of = f" of {counted(found.groups, 'group')} ({found.group})" if found.group else ""
    return f"{counted(found.rows, 'row')}{of}"


def _close(found: Comparison) -> list[Gap]:
    return [gap for gap in found.differences if not told_apart(gap)]


def _is(count: int) -> str:
    return "is" if count == 1 else "are"
