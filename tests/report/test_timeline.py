"""Sound, steps and segments over one axis of time."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from endwise.report.examples import draw
from endwise.report.spectrogram import BANDS, COLUMNS, spectrogram
from endwise.report.timeline import together
from endwise.report.tracks import FASTEST, LABELS, on_time, track
from endwise.system.signals import Audio, Frames, Posteriors, Segments, Text
from tests.report.example_sounds import spoken

PHONES = Segments("phones", alphabet=("a", "b", "<i>"))


def tone(pitch: float, rate: int, seconds: float) -> np.ndarray:
    return np.sin(2 * np.pi * pitch * np.arange(int(rate * seconds)) / rate)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 30_000), st.sampled_from([10, 8000, 44_100]))
def test_a_spectrogram_of_any_sound_stays_small_and_covers_it(count: int, rate: int) -> None:
    drawn = spectrogram(np.random.default_rng(count).normal(size=count), rate)
    assert drawn.level.shape[0] <= BANDS
    assert drawn.level.shape[1] <= COLUMNS
    assert 0 <= drawn.seconds - count / rate <= drawn.seconds / drawn.level.shape[1] + 1e-9
    assert drawn.level.max(initial=0) == (255 if count > 1 else drawn.level.max(initial=0))


@settings(deadline=None, max_examples=40)
@given(st.floats(0.05, 0.95), st.sampled_from([8000, 16_000, 44_100]))
def test_a_tone_is_drawn_at_its_pitch(share: float, rate: int) -> None:
    level = spectrogram(tone(share * rate / 2, rate, 0.5), rate).level
    loudest = 1 - (level[:, level.shape[1] // 2].argmax() + 0.5) / len(level)
    assert abs(loudest - share) < 2 / len(level) + 0.01


def test_a_click_is_drawn_when_it_is_heard() -> None:
    sound = np.zeros(8000)
    sound[6000] = 1.0
    drawn = spectrogram(sound, 8000)
    heard = drawn.level.astype(float).sum(axis=0)
    middle = (heard * (np.arange(len(heard)) + 0.5)).sum() / heard.sum() * drawn.seconds / len(heard)
    assert middle == pytest.approx(0.75, abs=0.006)


def test_silence_is_blank() -> None:
    assert spectrogram(np.zeros(800), 8000).level.max() == 0


def test_what_has_a_rate_or_times_is_on_time() -> None:
    signals = [Audio("a"), PHONES, Frames("b", size=2, rate=100), Posteriors("c", labels=("x",), rate=1)]
    assert all(map(on_time, signals))
    assert not any(map(on_time, [Frames("b", size=2), Posteriors("c", labels=("x",)), Text("d")]))


def test_all_tracks_of_a_row_share_one_axis() -> None:
    whole, half = Audio("whole", rate=1000), Frames("half", size=2, rate=10)
    html = together(
        [track(whole, np.ones(2000), None, True), track(half, np.ones((10, 2)), None, False)], "what is heard"
    )
    assert re.findall(r'class="held" style="width:([\d.]+)%"', html) == ["100.000", "50.000"]
    ticks = re.findall(r"<span style=\"left:([\d.]+)%\">([\d.]+)</span>", html)
    assert all(float(left) == pytest.approx(50 * float(at), abs=0.01) for left, at in ticks)
    assert 5 <= len(ticks) <= 11
    assert ElementTree.fromstring(html)[0].get("aria-label") == "what is heard"


@settings(deadline=None, max_examples=50)
@given(st.floats(1e-3, 1e4))
def test_an_axis_has_few_marks_within_its_length(seconds: float) -> None:
    html = together([track(PHONES, [[0, 0.0, seconds]], None, False)], "")
    left = [float(one) for one in re.findall(r"<span style=\"left:([\d.]+)%\">", html)]
    assert 5 <= len(left) <= 11
    assert left[0] == 0
    assert left[-1] <= 100.01


def test_wrong_segments_are_marked_in_both_lanes_and_told() -> None:
    found = [[0, 0.0, 0.1], [1, 0.1, 0.3], [0, 0.3, 0.5]]
    true = [[0, 0.0, 0.1], [2, 0.1, 0.3], [0, 0.3, 0.5], [1, 0.5, 1.0]]
    drawn = track(PHONES, found, true, False)
    assert drawn.side == ("predicted", "true")
    assert drawn.words == "1 exchanged ('b' for '<i>'), 1 left out ('b')"
    upper, lower = drawn.inner.split('<div class="lane">')[1:]
    assert re.findall(r'segment( wrong)?"', upper) == ["", " wrong", ""]
    assert re.findall(r'segment( wrong)?"', lower) == ["", " wrong", "", " wrong"]
    assert re.findall(r"left:([\d.]+)%;width:([\d.]+)%", upper)[2] == ("30.00", "20.00")
    assert "<i>" not in drawn.inner


@pytest.mark.parametrize(("given", "side"), [(True, "given"), (False, "predicted")])
def test_segments_alone_have_one_lane_without_marks(given: bool, side: str) -> None:
    drawn = track(PHONES, [[0, 0.0, 0.1]], [[1, 0.0, 0.1]] if given else None, given)
    assert drawn.side == (side,)
    assert "wrong" not in drawn.inner


def test_no_segments_at_all_leave_the_truth_to_be_read() -> None:
    drawn = track(PHONES, [], [[1, 0.0, 0.1]], False)
    assert (drawn.words, drawn.seconds) == ("1 left out ('b')", pytest.approx(0.1))
    assert track(PHONES, [], None, False).seconds == 0


def test_names_ask_for_room_up_to_a_limit() -> None:
    slow = track(PHONES, [[0, 0.0, 1.0]], None, False)
    fast = track(PHONES, [[0, 0.01 * at, 0.01 * at + 0.01] for at in range(9)], None, False)
    assert 0 < slow.pace < 20
    assert fast.pace == FASTEST


def test_labels_that_matter_are_named_in_order_of_appearance() -> None:
    heard = Posteriors("heard", labels=("a", "b", "c", "d"), rate=10)
    chances = np.array([[0.1, 0.2, 0.6, 0.1], [0.6, 0.2, 0.1, 0.1], [0.6, 0.2, 0.1, 0.1]])
    drawn = track(heard, chances, None, False)
    assert drawn.side == ("c", "a")
    assert "2 labels" in drawn.words
    true = np.eye(4)[[2, 3, 3]]
    outlined = track(heard, chances, true, False)
    assert outlined.side == ("c", "a", "d")
    assert outlined.inner.count('class="sure"') == 2
    assert "outlined: true" in outlined.words


def test_of_too_many_labels_the_rarest_are_left_out_and_counted() -> None:
    names = tuple(f"l{at}" for at in range(LABELS + 5))
    chances = np.repeat(np.eye(len(names)), [2] * LABELS + [1] * 5, axis=0)
    drawn = track(Posteriors("heard", labels=names, rate=10), chances, None, False)
    assert drawn.side == names[:LABELS]
    assert "5 rarer ones not drawn" in drawn.words


def test_a_long_row_stays_small() -> None:
    steps = np.random.default_rng(0).normal(size=(50_000, 13))
    drawn = track(Frames("mfcc", size=13, rate=100), steps, None, False)
    assert drawn.seconds == 500
    assert len(drawn.inner) < 40_000


def test_steps_of_no_length_break_nothing() -> None:
    for signal, value in [
        (Frames("mfcc", size=2, rate=10), np.zeros((0, 2))),
        (Posteriors("heard", labels=("a",), rate=10), np.zeros((0, 1))),
        (Audio("sound"), np.zeros(0)),
    ]:
        drawn = ElementTree.fromstring(together([track(signal, value, None, False)], ""))
        assert signal.name in "".join(drawn.itertext())
        assert not [one for one in drawn.iter() if one.get("class") == "sure"]


def test_an_utterance_is_drawn_in_running_order_and_read_aloud() -> None:
    drawing = draw(spoken(), "%")
    root = ElementTree.fromstring(drawing.timed)
    assert root.get("aria-label") == "audio, mfcc, posteriors, phonemes, words over time"
    label = root[0].get("aria-label") or ""
    assert label.startswith("audio: 1.50 s of sound. mfcc: 150 frames, 1.50 s. posteriors: sil K AO N P")
    assert "words: call peter; true: call peter <b>anna</b>" in label
    assert [one.signal.name for one in drawing.told] == ["transcript"]
    assert drawing.panels == ()
