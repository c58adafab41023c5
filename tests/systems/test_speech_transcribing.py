"""Recordings to words: where they are cut, what is found in them and when, and how that is written.

The language is made of tones: a real study learns it in seconds, and its words are then found without fail.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings, strategies as st

import endwise as ew
from endwise.systems.speech import engine, signals, starter, transcribing
from endwise.systems.speech.ears import Ear, PhoneEar, ear_of, loop_of
from endwise.systems.speech.mfcc import frame_count
from endwise.systems.speech.phone_times import posteriors_of
from endwise.systems.speech.phones import PHONES
from endwise.systems.speech.pieces import is_silent, is_steady, pieces, remarks
from endwise.systems.speech.signals import RATE
from endwise.systems.speech.subtitles import subtitles
from endwise.systems.speech.system import system
from endwise.systems.speech.transcribing import Part, Transcript, Word, aligned, transcripts
from endwise.systems.speech.wordlists import sentences_of, transcript_of, words_of
from endwise.systems.speech.writing import Form, Kind, record, written

STAGED = "audio -> mfcc -> posteriors -> words:soft -> transcript"
HARD = "audio -> mfcc -> posteriors -> phonemes -> words:hard -> transcript"
SPELLED = "audio -> mfcc -> transcript"
TONES = {"AA": 300.0, "IY": 1000.0, "UW": 2000.0, "S": 3200.0}
LANGUAGE = {"ah": ["AA"], "see": ["S", "IY"], "ooh": ["UW"], "eyes": ["AA", "IY", "S"]}
SECONDS = 0.1  # of a phone
PAUSE = 0.08  # before, between and after words


def said(
    words: Sequence[str], seed: int = 0, pause: float = PAUSE
) -> tuple[np.ndarray, list[tuple[int, float, float]]]:
    """Words of the language of tones as a recording, and its phones with their times."""
    random = np.random.default_rng(seed)
    waves, phones, now = [np.zeros(round(pause * RATE))], [], pause
    for word in words:
        for phone in LANGUAGE[word]:
            count = round(SECONDS * RATE * random.uniform(0.8, 1.4))
            waves.append(0.3 * np.sin(2 * np.pi * TONES[phone] * np.arange(count) / RATE))
            phones.append((PHONES.index(phone), now, now + count / RATE))
            now += count / RATE
        waves.append(np.zeros(round(pause * RATE)))
        now += pause
    wave = np.concatenate(waves)
    return (wave + random.normal(0, 0.01, len(wave))).astype(np.float32), phones


def doubted(phones: list[tuple[int, float, float]], frames: int) -> np.ndarray:
    """The phones as labels that leave a little doubt, on which training soon has nothing left to learn."""
    return 0.8 * posteriors_of(np.array(phones, np.float32), frames) + np.float32(0.2 / len(PHONES))


def nothing_said(seconds: float) -> np.ndarray:
    return np.random.default_rng(9).normal(0, 0.01, round(seconds * RATE)).astype(np.float32)


@cache
def language_rows() -> ew.Rows:
    random = np.random.default_rng(1)
    texts = [" ".join(random.choice(list(LANGUAGE), random.integers(1, 3))) for _ in range(40)]
    made = [said(text.split(), at, random.choice([PAUSE, 0.4])) for at, text in enumerate(texts)]
    columns = {
        "audio": [wave for wave, _ in made],
        "posteriors": [doubted(phones, frame_count(len(wave))) for wave, phones in made],
        "transcript": texts,
    }
    of = [signals.audio, signals.posteriors, signals.transcript(tuple(LANGUAGE))]
    return ew.Rows.from_columns(of, columns, split=["test"] * 8 + ["train"] * 32)


def trained(factory: pytest.TempPathFactory, design: str, size: int = 32) -> Path:
    """The winner of a study of the language of tones, trained once in a test run."""
    out = factory.getbasetemp() / f"tones-{design.count('>')}"
    if not (out / "winner").exists():
        spoken = {word: [phones] for word, phones in LANGUAGE.items()}
        made = system(vocabulary=list(LANGUAGE), pronunciations=spoken)
        ew.study(made, language_rows(), quick=True, sizes=[size], repeats=1, designs=[design], workers=0, out=out)
    return out / "winner"


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Ear:
    return ear_of(ew.load(trained(tmp_path_factory, STAGED)))


@pytest.fixture(scope="module")
def spelling(tmp_path_factory: pytest.TempPathFactory) -> Ear:
    return ear_of(ew.load(trained(tmp_path_factory, SPELLED, 8)))


def saved(file: Path, samples: np.ndarray, rate: int = RATE, **kind: Any) -> Path:
    soundfile.write(file, samples, rate, **kind)
    return file


def heard(ear: Ear, *files: Path) -> list[Transcript]:
    return list(transcripts(ear, loop_of(ear, None, [], spell=False), files, lambda *told: None))


# ------------------------------------------------------------------------------------------------ pieces


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 100 * RATE), st.integers(0, 5))
def test_pieces_tile_a_recording_and_are_neither_long_nor_short(length: int, seed: int) -> None:
    samples = np.random.default_rng(seed).normal(0, 0.1, length).astype(np.float32)
    found = pieces(samples)
    assert found[0].start == 0
    assert found[-1].stop == length
    assert all(one.stop == following.start for one, following in pairwise(found))
    lengths = [one.stop - one.start for one in found]
    assert max(lengths) <= 20 * RATE
    assert len(found) == 1 or min(lengths) > 10 * RATE - RATE // 100


def test_a_cut_is_where_it_is_quiet() -> None:
    samples = np.random.default_rng(0).normal(0, 0.1, 30 * RATE).astype(np.float32)
    samples[14 * RATE : 14 * RATE + 4000] *= 0.01
    assert pieces(samples)[0].stop / RATE == pytest.approx(14.25, abs=0.15)


def test_what_may_spoil_a_transcript_is_remarked() -> None:
    word = said(["see"])[0]
    assert list(remarks(word)) == []
    assert list(remarks(word[:600])) == ["it is very short (0.075 s)"]
    assert list(remarks(np.zeros(8000, np.float32))) == ["it is silent"]
    assert next(remarks(np.clip(word * 20, -1, 1))).startswith("it is clipped (")
    assert list(remarks(word / 300)) == ["it is very quiet (-65 dB of full scale)"]
    noise = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
    assert list(remarks(noise)) == ["it holds nothing but steady noise"]
    assert is_silent(np.full(9, 9e-5, np.float32))
    assert not is_steady(word)
    assert not is_steady(np.concatenate([nothing_said(19), said(["ah"])[0]]))  # a word in a long silence


# ------------------------------------------------------------------------------------------------ ears


def test_words_are_found_where_they_are_said(staged: Ear, tmp_path: Path) -> None:
    words = ["eyes", "ah", "see", "ooh"]
    wave, phones = said(words, 99)
    (found,) = heard(staged, saved(tmp_path / "a.wav", wave))
    assert found.text == " ".join(words)
    assert found.seconds == pytest.approx(len(wave) / RATE)
    heard_parts = [part for word in found.words for part in word.parts]
    assert [PHONES.index(part.name) for part in heard_parts] == [phone for phone, _, _ in phones]
    for part, (_, start, end) in zip(heard_parts, phones, strict=True):
        assert (part.start, part.end) == (pytest.approx(start, abs=0.05), pytest.approx(end, abs=0.05))
    assert all(0 < word.confidence <= 1 for word in found.words)


@pytest.mark.parametrize(
    ("rate", "channels", "subtype"), [(96000, 2, "PCM_16"), (8000, 1, "PCM_U8"), (22050, 1, "FLOAT")]
)
def test_recordings_of_every_make_hold_the_same_words(
    staged: Ear, tmp_path: Path, rate: int, channels: int, subtype: str
) -> None:
    from scipy.signal import resample_poly

    wave = resample_poly(said(["see", "ooh"], 7)[0], rate // 50, RATE // 50)
    file = saved(tmp_path / "a.wav", np.stack([wave] * channels, axis=1), rate, subtype=subtype)
    assert heard(staged, file)[0].text == "see ooh"


def test_words_of_a_long_recording_have_its_times(staged: Ear, tmp_path: Path) -> None:
    part = np.concatenate([said(["see", "ah"], 3)[0], nothing_said(3)])
    file = saved(tmp_path / "long.wav", np.tile(part, 12), subtype="FLOAT")
    told: list[tuple[Path, float, float]] = []
    loop = loop_of(staged, None, [], spell=False)
    (found,) = transcripts(staged, loop, [file], lambda *one: told.append(one))
    assert found.text == " ".join(["see ah"] * 12)
    starts = [word.start for word in found.words if word.word == "see"]
    assert np.allclose(np.diff(starts), len(part) / RATE, atol=0.05)
    assert told[-1] == (file, pytest.approx(found.seconds), pytest.approx(found.seconds))


def test_a_recording_is_transcribed_alike_alone_and_beside_others(staged: Ear, tmp_path: Path) -> None:
    files = [saved(tmp_path / f"{at}.wav", said(list(LANGUAGE)[: 1 + at % 4], at)[0]) for at in range(6)]
    (tmp_path / "none.wav").write_bytes(b"")
    together = heard(staged, *files[:3], tmp_path / "none.wav", *files[3:])
    assert [one.reason for one in together] == ["", "", "", "is an empty file", "", "", ""]
    for one, file in zip(together[:3] + together[4:], files, strict=True):
        alone = heard(staged, file)[0]
        assert (alone.file, alone.text) == (one.file, one.text)


def test_no_words_are_found_where_nothing_is_said(staged: Ear, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    silent, steady = heard(staged, saved(tmp_path / "a.wav", np.zeros(RATE)), saved(tmp_path / "b.wav", noise))
    assert (silent.text, silent.notes, silent.confidence) == ("", ("it is silent",), None)
    assert (steady.text, steady.notes) == ("", ("it holds nothing but steady noise",))
    assert heard(staged, saved(tmp_path / "c.wav", np.array([0.1])))[0].notes[0] == "it is very short (0.000 s)"


def test_words_and_grammar_of_one_s_own(staged: Ear, tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", said(["ah", "see"], 5)[0])

    def found(words: list[str] | None, texts: list[str]) -> str:
        return next(iter(transcripts(staged, loop_of(staged, words, texts, spell=False), [file], print))).text

    assert found(["ooh", "see"], []).endswith("see")
    assert "ah" not in found(["ooh", "see"], [])
    assert found(["ah", "see"], []) == "ah see"
    assert found(None, ["ah see", "see ooh"]) == "ah see"
    with pytest.raises(ew.EndwiseError) as error:
        loop_of(staged, ["ah"], ["ah see", "ooh"], spell=False)
    assert error.value.here == "They hold 'ooh', 'see', not among the 1 words that are looked for."


@pytest.mark.slow
def test_hard_and_soft_hand_over_hear_the_same_words(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    hard = ear_of(ew.load(trained(tmp_path_factory, HARD)))
    assert isinstance(hard, PhoneEar)
    assert heard(hard, saved(tmp_path / "a.wav", said(["see", "ah"], 5)[0]))[0].text == "see ah"


def test_new_words_need_the_speech_engine(staged: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)  # as where it is not installed
    monkeypatch.setattr(engine, "_engine", engine._Engine)  # and not loaded before
    with pytest.raises(ew.EndwiseError) as error:
        loop_of(staged, ["ah", "gramophone"], [], spell=False)
    assert str(error.value) == (
        "Speech was to be searched for 'gramophone'.\n"
        "The model knows how 4 words are pronounced, and not these.\n"
        "New words are pronounced by the speech engine of the extra 'speech', which is not installed.\n"
        "Install them with: pip install 'endwise[speech]'"
    )


def test_new_words_are_pronounced_by_the_speech_engine(staged: Ear, tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    file = saved(tmp_path / "a.wav", said(["see"], 5)[0])
    loop = loop_of(staged, ["sea", "ooh"], [], spell=False)
    assert next(iter(transcripts(staged, loop, [file], print))).text == "sea"
    with pytest.raises(ew.EndwiseError, match="nothing to say there"):
        loop_of(staged, ["'"], [], spell=False)


def test_a_design_that_spells_finds_words_and_letters(spelling: Ear, tmp_path: Path) -> None:
    file = saved(tmp_path / "a.wav", said(["see", "ah"], 5)[0])
    (found,) = heard(spelling, file)
    assert spelling.parts == "letters"
    assert set(found.text.split()) <= set(LANGUAGE)
    assert all("".join(part.name for part in word.parts) == word.word for word in found.words)
    opened = next(iter(transcripts(spelling, loop_of(spelling, None, [], spell=True), [file], print)))
    assert set(opened.text) <= set("abcdefghijklmnopqrstuvwxyz' ")
    assert all(0 <= word.start < word.end <= found.seconds for word in (*found.words, *opened.words))
    assert aligned(spelling, file, ["see", "ah"]).text == "see ah"


def test_a_design_of_phones_does_not_spell(staged: Ear) -> None:
    with pytest.raises(ew.EndwiseError) as error:
        loop_of(staged, None, [], spell=True)
    assert str(error.value) == (
        "Words were to be spelled as they are heard (--open).\n"
        f"The design is '{staged.bundle.design}'.\n"
        "It finds words by their pronunciations, and has no letters.\n"
        "Name the words with --words, or a winner that spells with --model."
    )


def test_winners_of_other_systems_are_refused(tmp_path: Path) -> None:
    sound, loud = ew.Audio("audio", rate=RATE), ew.Number("loud")
    rows = ew.Rows.from_columns([sound, loud], {"audio": [said(["ah"], at)[0] for at in range(30)], "loud": range(30)})
    other = ew.System("other", inputs=sound, wants=loud, judge=ew.mean_absolute_error, components=[
        ew.learned(sound, to=loud),
    ])  # fmt: skip
    study = ew.study(other, rows, quick=True, sizes=[16], repeats=1, workers=0, out=tmp_path)
    with pytest.raises(ew.EndwiseError) as error:
        ear_of(ew.load(study.winner))
    assert error.value.asked == "Speech was to be transcribed by the design 'audio -> loud' of 'other'."
    assert error.value.here == "It takes audio (audio) and makes loud (number)."


# ------------------------------------------------------------------------------------------------ alignment


def test_an_alignment_has_every_word_in_order_and_time(staged: Ear, tmp_path: Path) -> None:
    words = ["ooh", "eyes", "ooh"]
    wave, phones = said(words, 11)
    found = aligned(staged, saved(tmp_path / "a.wav", wave), words)
    assert found.text == "ooh eyes ooh"
    times = [(part.start, part.end) for word in found.words for part in word.parts]
    assert np.allclose(times, [(start, end) for _, start, end in phones], atol=0.05)


def test_an_alignment_across_pieces_has_the_recording_s_times(staged: Ear, tmp_path: Path) -> None:
    part = np.concatenate([said(["see", "ah"], 3)[0], nothing_said(4)])
    found = aligned(staged, saved(tmp_path / "a.wav", np.tile(part, 6)), ["see", "ah"] * 6)
    assert np.allclose(np.diff([word.start for word in found.words][::2]), len(part) / RATE, atol=0.05)


def test_what_cannot_be_aligned_is_refused(staged: Ear, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ew.EndwiseError, match=r"The file cannot be read as a sound \(No such file or directory\)\."):
        aligned(staged, tmp_path / "none.wav", ["ah"])
    file = saved(tmp_path / "a.wav", said(["ah"], 5)[0])
    with pytest.raises(ew.EndwiseError, match="So many words do not fit"):
        aligned(staged, file, ["eyes"] * 40)
    monkeypatch.setattr(transcribing, "LONGEST_ALIGNED", 0.1)
    with pytest.raises(ew.EndwiseError, match="The file has 0 seconds"):
        aligned(staged, file, ["ah"])


# ------------------------------------------------------------------------------------------------ what users tell


def test_words_are_named_or_listed_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("\ufeffZero\none\n\none\nO’Clock\n", encoding="utf-8")
    assert words_of(str(tmp_path / "words.txt")) == ["zero", "one", "o'clock"]
    assert words_of(" zero , one,") == ["zero", "one"]
    for told, strange in (("zero,1", "'1'"), ("digits.txt", "'digits.txt'"), ("two words", "'two words'")):
        with pytest.raises(ew.EndwiseError) as error:
            words_of(told)
        assert error.value.here == f"{strange} is neither a word nor a file."
    with pytest.raises(ew.EndwiseError, match="It holds no words"):
        words_of(",")


def test_transcripts_are_cleaned_and_strange_signs_named(tmp_path: Path) -> None:
    assert transcript_of("Turn ON, the light!") == ["turn", "on", "the", "light"]
    (tmp_path / "a.txt").write_text("One\ntwo.\n", encoding="utf-8")
    assert transcript_of(str(tmp_path / "a.txt")) == ["one", "two"]
    with pytest.raises(ew.EndwiseError) as error:
        transcript_of("Set it to 5")
    assert str(error.value) == (
        "A recording was to be aligned with its transcript.\n"
        "It holds '5', in 'set it to 5'.\n"
        "What is said is spelled with the letters a to z and the apostrophe; figures can be read in many ways.\n"
        "Write it out as it was said."
    )
    with pytest.raises(ew.EndwiseError, match="It holds no words"):
        transcript_of("...")


def test_example_sentences_are_read_a_line_each(tmp_path: Path) -> None:
    file = tmp_path / "sentences.txt"
    file.write_text("Turn left.\n\nTurn right.\n", encoding="utf-8")
    assert sentences_of(file) == ["turn left", "turn right"]
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ew.EndwiseError, match=r"Its bytes are no UTF-8\."):
        sentences_of(file)
    file.write_text("\n", encoding="utf-8")
    with pytest.raises(ew.EndwiseError, match="It holds no words"):
        sentences_of(file)


# ------------------------------------------------------------------------------------------------ writing


def word(text: str, start: float, end: float) -> Word:
    return Word(text, start, end, 0.5, (Part("AA", start, end),))


def test_subtitles_are_as_players_read_them() -> None:
    words = [word(f"w{at}", 0.5 * at, 0.5 * at + 0.4) for at in range(8)]
    words += [word("late", 3661.0004, 3669.0), word("end", 3669.0, 3670.0)]
    assert subtitles(words) == (
        "1\n00:00:00,000 --> 00:00:03,400\nw0 w1 w2 w3 w4 w5 w6\n\n"
        "2\n00:00:03,500 --> 00:00:03,900\nw7\n\n"
        "3\n01:01:01,000 --> 01:01:06,000\nlate\n\n"
        "4\n01:01:09,000 --> 01:01:10,000\nend\n"
    )
    assert subtitles([]) == ""


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.05, 7)), max_size=30))
def test_subtitles_are_short_in_words_and_time_and_hold_every_word(lasting: list[tuple[float, float]]) -> None:
    words, now = [], 0.0
    for at, (pause, length) in enumerate(lasting):
        words.append(word(f"w{at}", now + pause, now + pause + length))
        now += pause + length
    blocks = [block.splitlines() for block in subtitles(words).split("\n\n") if block]
    assert [name for block in blocks for name in block[2].split()] == [one.word for one in words]
    for block in blocks:
        start, end = (seconds(time) for time in block[1].split(" --> "))
        assert len(block[2].split()) <= 7
        assert 0 < end - start <= 5.001


def seconds(clock: str) -> float:
    hours, minutes, rest = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes) + float(rest.replace(",", "."))


READ = Transcript(Path("a.wav"), 1.25, (word("ah", 0.1, 0.25), word("see", 0.3, 0.6)), ("it is very quiet",))
UNREAD = Transcript(Path("b.wav"), reason="is an empty file")


def as_text(kind: Kind, *made: Transcript, parts: str = "", aligned: bool = False) -> str:
    form = Form(kind, len(made) > 1, Path("m"), "audio -> transcript", parts, aligned)
    return "".join(written(made, form))


def test_text_is_a_line_a_file() -> None:
    assert as_text("text", READ) == "ah see\n"
    assert as_text("text", READ, UNREAD) == "a.wav: ah see\n"
    assert as_text("text", READ, aligned=True).splitlines()[:2] == [
        "    0.100     0.250  ah",
        "    0.100     0.250    AA",
    ]


def test_json_holds_all_that_is_known() -> None:
    first, second = json.loads(as_text("json", READ, UNREAD, parts="phones"))
    assert first["words"][0] == {
        "word": "ah", "start": 0.1, "end": 0.25, "confidence": 0.5,
        "phones": [{"name": "AA", "start": 0.1, "end": 0.25}],
    }  # fmt: skip
    assert {name: first[name] for name in ("path", "seconds", "text", "confidence", "model", "design", "notes")} == {
        "path": "a.wav", "seconds": 1.25, "text": "ah see", "confidence": 0.5, "model": "m",
        "design": "audio -> transcript", "notes": ["it is very quiet"],
    }  # fmt: skip
    assert (second["text"], second["reason"]) == (None, "is an empty file")
    assert "phones" not in json.loads(as_text("json", READ))["words"][0]
    form = Form("json", False, Path("m"), "d", "")
    assert record(Transcript(Path("a\udcff.wav")), form)["path"] == "a\\udcff.wav"


def test_csv_is_a_line_a_file_or_a_line_a_phone() -> None:
    rows = list(csv.DictReader(io.StringIO(as_text("csv", READ, UNREAD))))
    assert [(row["text"], row["seconds"], row["reason"]) for row in rows] == [
        ("ah see", "1.25", ""),
        ("", "", "is an empty file"),
    ]
    assert as_text("csv", READ, aligned=True).splitlines()[:2] == [
        "word,start,end,confidence,part,part_start,part_end",
        "ah,0.100,0.250,0.5000,AA,0.100,0.250",
    ]


# ------------------------------------------------------------------------------------------------ the small model


def test_rows_of_the_small_model_teach_words_by_some_and_phones_by_all() -> None:
    pytest.importorskip("espeakng_loader")
    words, rows = starter.small_rows({"digits": 3, "commands": 2}, {"sentences": 4}, 2)
    assert {"zero", "kitchen"} <= set(words)
    assert rows.split is not None
    assert rows.split.tolist() == ["test"] * 4 + ["train"] * 5 + ["side"] * 4
    assert rows.columns["posteriors"].present.all()
    assert rows.columns["transcript"].present.tolist() == [True] * 9 + [False] * 4


def test_a_model_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ew.EndwiseError) as error:
        starter.model(tmp_path, print)
    assert str(error.value) == (
        f"Speech was to be transcribed by the model {tmp_path}.\n"
        "There is no trained winner there.\n"
        "A model is the folder 'winner' of a study.\n"
        "Train one: endwise study speech --quick. Or leave --model out: a small one is then trained once."
    )
