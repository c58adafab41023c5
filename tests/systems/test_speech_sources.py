"""Each public layout, made small on disk, and everything that can be wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, strategies as st

import endwise as ew
from endwise.systems.speech import recordings, sources
from endwise.systems.speech.layouts import LAYOUTS
from endwise.systems.speech.mfcc import frame_count
from endwise.systems.speech.phone_times import FOLDED, posteriors_of
from endwise.systems.speech.phones import LETTERS, PHONES
from endwise.systems.speech.sources import cleaned, detect, read


def say(file: Path, seconds: float = 0.5, rate: int = 16000, **kind: Any) -> Path:
    """A recording of noise."""
    file.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(len(file.name)).normal(0, 0.1, int(seconds * rate))
    soundfile.write(file, noise, rate, **kind)
    return file


def write(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def fsdd(root: Path) -> None:
    for digit in (0, 3):
        for speaker in ("jackson", "theo"):
            say(root / "recordings" / f"{digit}_{speaker}_0.wav", rate=8000)


def audiomnist(root: Path) -> None:
    for digit in (0, 3):
        for speaker in ("01", "28"):
            say(root / "data" / speaker / f"{digit}_{speaker}_0.wav", rate=48000)


def librispeech(root: Path) -> None:
    for part, speaker in (("train-clean-100", "84"), ("dev-clean", "19"), ("test-other", "61")):
        folder = root / part / speaker / "121"
        write(
            folder / f"{speaker}-121.trans.txt",
            f"{speaker}-121-0000 HE'S NOT HERE",
            f"{speaker}-121-0001 GO ON",
        )
        say(folder / f"{speaker}-121-0000.flac"), say(folder / f"{speaker}-121-0001.flac")
    write(root / "SPEAKERS.TXT", "; a list")


def common_voice(root: Path) -> None:
    for part in ("train", "dev", "test"):
        clip = f"common_voice_en_{part}.mp3"
        say(root / "clips" / clip, rate=32000)
        write(root / f"{part}.tsv", "client_id\tpath\tsentence\tage", f'of {part}\t{clip}\tHe said: "Go on!"\t')
    write(root / "validated.tsv", "client_id\tpath\tsentence\tage", "x\tnone.mp3\tNot read.\t")


def speech_commands(root: Path) -> None:
    say(root / "yes" / "0a7c2a8d_nohash_0.wav")
    say(root / "yes" / "0b40aa8e_nohash_0.wav")
    say(root / "no" / "0b40aa8e_nohash_1.wav")
    say(root / "_background_noise_" / "running_tap.wav")
    write(root / "testing_list.txt", "yes/0a7c2a8d_nohash_0.wav")
    write(root / "validation_list.txt", "yes/0b40aa8e_nohash_0.wav")


PHN = ("0 1600 h#", "1600 3200 sh", "3200 4800 ix", "4800 5600 tcl", "5600 6400 t", "6400 8000 h#")


def timit(root: Path, upper: bool = True) -> None:
    for part, speaker in (("TRAIN", "FCJF0"), ("TEST", "MDAB0")):
        folder, name = (Path(part) / "DR1" / speaker, "SA1")
        if not upper:
            folder, name = Path(str(folder).lower()), "sa1"
        endings = (".WAV", ".TXT", ".PHN") if upper else (".wav", ".txt", ".phn")
        file = root / folder / name
        say(file.with_suffix(endings[0]), format="NIST" if upper else "WAV")
        write(file.with_suffix(endings[1]), "0 8000 She had it, all year.")
        write(file.with_suffix(endings[2]), *PHN)


def folder(root: Path) -> None:
    say(root / "a.ogg"), say(root / "sub" / "b.wav", rate=44100)
    write(root / "rows.csv", "file,transcript,speaker", 'a.ogg,"Yes, please",ann', "sub/b.wav,,bob")


MADE: dict[str, Callable[[Path], None]] = {
    one.__name__: one for one in (fsdd, audiomnist, librispeech, common_voice, speech_commands, timit, folder)
}


@pytest.fixture(params=MADE)
def layout(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """Each layout's name, and a folder that has it."""
    MADE[request.param](tmp_path / "set")
    return request.param, tmp_path / "set"


def taken(rows: ew.Rows, name: str) -> list[Any]:
    return list(rows.take(name, np.flatnonzero(rows.has(name))))


def table(rows: ew.Rows) -> dict[str, tuple[Any, ...]]:
    """By id: transcript, speaker and split."""
    said = [rows.take("transcript", [at])[0] if rows.has("transcript")[at] else None for at in range(len(rows))]
    assert rows.groups is not None
    split = rows.split if rows.split is not None else [None] * len(rows)
    return dict(zip(rows.ids, zip(said, rows.groups, split, strict=True), strict=True))


def test_every_known_layout_is_tested() -> None:
    assert set(MADE) == set(LAYOUTS)


def test_a_layout_is_told_from_the_others_and_read(layout: tuple[str, Path]) -> None:
    name, root = layout
    assert detect(root) == name
    rows = read(root)
    assert rows.fingerprint == getattr(sources, name)(root).fingerprint
    assert not rows.problems
    assert all(len(one) == 4000 and one.dtype == np.float32 for one in taken(rows, "audio"))
    words = {word for text in taken(rows, "transcript") for word in text.split()}
    assert rows.signals["transcript"].words == tuple(sorted(words))  # type: ignore[attr-defined]


def test_a_layout_is_found_from_the_folder_above(layout: tuple[str, Path]) -> None:
    name, root = layout
    if name not in ("folder",):
        assert detect(root.parent) == name


def test_fsdd_says_digits_and_speakers(tmp_path: Path) -> None:
    fsdd(tmp_path)
    rows = sources.fsdd(tmp_path)
    assert table(rows) == {
        "recordings/0_jackson_0.wav": ("zero", "jackson", None),
        "recordings/0_theo_0.wav": ("zero", "theo", None),
        "recordings/3_jackson_0.wav": ("three", "jackson", None),
        "recordings/3_theo_0.wav": ("three", "theo", None),
    }
    assert any("no split is taken" in note for note in rows.notes)


def test_audiomnist_says_digits_and_speakers(tmp_path: Path) -> None:
    audiomnist(tmp_path)
    assert table(sources.audiomnist(tmp_path))["data/28/3_28_0.wav"] == ("three", "28", None)


def test_librispeech_has_its_own_split(tmp_path: Path) -> None:
    librispeech(tmp_path)
    rows = sources.librispeech(tmp_path)
    said = table(rows)
    assert said["train-clean-100/84/121/84-121-0000.flac"] == ("he's not here", "84", "train")
    assert said["dev-clean/19/121/19-121-0001.flac"] == ("go on", "19", "train")
    assert [name for name, (_, _, split) in said.items() if split == "test"] == [
        "test-other/61/121/61-121-0000.flac",
        "test-other/61/121/61-121-0001.flac",
    ]
    assert any("dev part count as training" in note for note in rows.notes)


def test_a_subset_of_librispeech_has_no_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    librispeech(tmp_path)
    assert sources.librispeech(tmp_path / "dev-clean").split is None
    monkeypatch.chdir(tmp_path / "dev-clean" / "19" / "121")
    assert len(sources.librispeech(".")) == 2


def test_common_voice_reads_its_parts_and_else_what_was_validated(tmp_path: Path) -> None:
    common_voice(tmp_path)
    assert table(sources.common_voice(tmp_path)) == {
        "clips/common_voice_en_train.mp3": ("he said go on", "of train", "train"),
        "clips/common_voice_en_dev.mp3": ("he said go on", "of dev", "train"),
        "clips/common_voice_en_test.mp3": ("he said go on", "of test", "test"),
    }
    for part in ("train", "dev", "test"):
        (tmp_path / f"{part}.tsv").unlink()
    with pytest.raises(ew.RowsError, match=r"validated\.tsv, line 2, audio: names 'clips/none\.mp3', which is not th"):
        sources.common_voice(tmp_path)


def test_speech_commands_hold_out_the_testing_list(tmp_path: Path) -> None:
    speech_commands(tmp_path)
    rows = sources.speech_commands(tmp_path)
    assert table(rows) == {
        "no/0b40aa8e_nohash_1.wav": ("no", "0b40aa8e", "train"),
        "yes/0a7c2a8d_nohash_0.wav": ("yes", "0a7c2a8d", "test"),
        "yes/0b40aa8e_nohash_0.wav": ("yes", "0b40aa8e", "train"),
    }
    assert any("1 sound files belong to no row" in note and "running_tap" in note for note in rows.notes)


@pytest.mark.parametrize("upper", [True, False])
def test_timit_has_phones_with_times(tmp_path: Path, upper: bool) -> None:
    timit(tmp_path, upper)
    rows = sources.timit(tmp_path)
    assert rows.counts == {"audio": 2, "transcript": 2, "posteriors": 2}
    assert {row[:3] for row in table(rows).values()} == {
        ("she had it all year", "fcjf0", "train"),
        ("she had it all year", "mdab0", "test"),
    }
    best = [PHONES[at] for at in taken(rows, "posteriors")[0].argmax(axis=1)]
    assert best == ["sil"] * 10 + ["SH"] * 10 + ["IH"] * 10 + ["sil"] * 5 + ["T"] * 5 + ["sil"] * 10


def test_timit_with_a_copy_in_riff_is_read_once(tmp_path: Path) -> None:
    timit(tmp_path)
    say(tmp_path / "TRAIN" / "DR1" / "FCJF0" / "SA1.WAV.wav")
    assert len(sources.timit(tmp_path)) == 2


def test_all_of_timit_s_phones_are_folded() -> None:
    assert len(FOLDED) == 61
    assert set(FOLDED.values()) == set(PHONES)


@given(st.lists(st.tuples(st.integers(0, 39), st.floats(0, 0.5)), min_size=1, max_size=9), st.integers(0, 200))
def test_every_frame_has_one_phone(said: list[tuple[int, float]], count: int) -> None:
    ends = np.cumsum([length for _, length in said])
    phones = np.column_stack([[phone for phone, _ in said], ends - [length for _, length in said], ends])
    chances = posteriors_of(phones, count)
    assert chances.shape == (count, len(PHONES))
    assert (chances.sum(axis=1) == 1).all()
    assert (chances[int(100 * ends[-1]) + 1 :, 0] == 1).all()


def test_a_folder_of_one_s_own_may_lack_transcripts(tmp_path: Path) -> None:
    folder(tmp_path)
    rows = sources.folder(tmp_path)
    assert table(rows) == {"a.ogg": ("yes please", "ann", None), "sub/b.wav": (None, "bob", None)}
    assert rows.counts == {"audio": 2, "transcript": 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("“Well-known”, she said:  it’s HIS!", "well known she said it's his"),
        ("Stop.Go—now…then", "stopgo now then"),
        ("' it ' '", "it"),
        ("25 %", "25 %"),
        ("Café", "café"),
        ("?!", ""),
    ],
)
def test_transcripts_are_cleaned(text: str, wanted: str) -> None:
    assert cleaned(text) == wanted


@given(st.text())
def test_a_cleaned_transcript_stays_as_it_is(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)


@given(st.text(alphabet=LETTERS))
def test_words_of_letters_are_kept(text: str) -> None:
    assert cleaned(text).split() == [word for word in text.split() if word.strip("'")]


BAD = {
    "a.ogg,Room 25,x": "line 2, transcript: holds '2', which is none of the letters a to z (in 'room 25')",
    "a.ogg,Café,x": "line 2, transcript: holds 'é', which is none of the letters",
    "a.ogg,fish & chips,x": "line 2, transcript: holds '&'",
    "a.ogg,...,x": "line 2, transcript: holds no words",
    "none.wav,yes,x": "line 2, audio: names 'none.wav', which is not there",
    "../b.wav,yes,x": "line 2, audio: names '../b.wav', which leaves the folder",
    "sub/b.wav,yes,x": "line 3, audio: names 'sub/b.wav', which another row does already",
    "text.wav,yes,x": "line 2, audio: names 'text.wav', which cannot be read as a sound (Format not recognised)",
    "empty.wav,yes,x": "line 2, audio: names 'empty.wav', which holds no sound",
    "nan.wav,yes,x": "line 2, audio: names 'nan.wav', which holds NaN or an infinite number",
    "a.ogg,yes": "line 2: has 2 cells, the header has 3",
}


@pytest.mark.parametrize("line", BAD)
def test_a_bad_row_is_named_with_file_line_and_reason_or_left_out(tmp_path: Path, line: str) -> None:
    root = tmp_path / "set"
    folder(root)
    say(tmp_path / "b.wav")
    write(root / "text.wav", "no sound")
    soundfile.write(root / "empty.wav", np.zeros(0), 8000)
    soundfile.write(root / "nan.wav", np.array([0, np.nan]), 8000, subtype="FLOAT")
    write(root / "rows.csv", "file,transcript,speaker", line, "sub/b.wav,good,bob")
    with pytest.raises(ew.RowsError) as error:
        sources.folder(root)
    assert error.value.asked == f"Recorded speech was to be read from {root}."
    assert f"rows.csv, {BAD[line]}" in error.value.here
    assert error.value.why == "A bad value is never taken for a label, and no row is dropped silently."
    assert error.value.do == "Mend them, or leave those rows out with skip_bad=True."
    rows = sources.folder(root, skip_bad=True)
    assert rows.ids.tolist() == ["sub/b.wav"]
    assert any(BAD[line] in str(problem) for problem in rows.problems)


def test_one_bad_file_among_many_costs_one_row(tmp_path: Path) -> None:
    fsdd(tmp_path)
    write(tmp_path / "recordings" / "4_theo_1.wav", "no sound")
    rows = sources.fsdd(tmp_path, skip_bad=True, cache=tmp_path / "cache")
    assert len(rows) == 4
    reason = "recordings/4_theo_1.wav, audio: cannot be read as a sound (Format not recognised)"
    assert [str(problem) for problem in rows.problems] == [reason]
    again = sources.fsdd(tmp_path, skip_bad=True, cache=tmp_path / "cache")
    assert again.problems == rows.problems
    (tmp_path / "recordings" / "0_theo_0.wav").write_text("no sound")
    assert len(sources.fsdd(tmp_path, skip_bad=True, cache=tmp_path / "cache")) == 3


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["0 1600 zz"], "holds 'zz' on line 1, which is none of TIMIT's 61 phones"),
        (["0 1600 h#", "sh"], "holds 'sh' on line 2, which is not start, end and phone"),
        (["1600 0 h#"], "holds times that end before they start"),
        ([], "holds no phones"),
    ],
)
def test_bad_phones_are_named(tmp_path: Path, lines: list[str], reason: str) -> None:
    timit(tmp_path)
    write(tmp_path / "TRAIN" / "DR1" / "FCJF0" / "SA1.PHN", *lines)
    with pytest.raises(ew.RowsError, match=f"TRAIN/DR1/FCJF0/SA1.WAV, posteriors: {reason}"):
        sources.timit(tmp_path)


def test_librispeech_without_a_recording_names_the_line(tmp_path: Path) -> None:
    librispeech(tmp_path)
    (tmp_path / "dev-clean" / "19" / "121" / "19-121-0001.flac").unlink()
    with pytest.raises(ew.RowsError, match=r"19-121\.trans\.txt, line 2, audio: no file is called 19-121-0001\.flac"):
        sources.librispeech(tmp_path)


def test_a_table_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    librispeech(tmp_path)
    (tmp_path / "dev-clean" / "19" / "121" / "19-121.trans.txt").write_bytes(b"19-121-0000 \xff\n")
    with pytest.raises(ew.RowsError, match=r"19-121\.trans\.txt: is not UTF-8"):
        sources.librispeech(tmp_path)
    assert len(sources.librispeech(tmp_path, skip_bad=True)) == 4


def test_a_given_vocabulary_keeps_its_order_and_refuses_other_words(tmp_path: Path) -> None:
    fsdd(tmp_path)
    rows = sources.fsdd(tmp_path, vocabulary=["three", "zero", "nine"])
    assert rows.signals["transcript"] == ew.Text("transcript", alphabet=LETTERS, words=("three", "zero", "nine"))
    with pytest.raises(ew.RowsError, match="holds the word 'zero', which is not in the vocabulary"):
        sources.fsdd(tmp_path, vocabulary=["three"])
    assert len(sources.fsdd(tmp_path, vocabulary=["three"], skip_bad=True)) == 2


def test_where_all_rows_are_bad_none_are_returned(tmp_path: Path) -> None:
    fsdd(tmp_path)
    with pytest.raises(ew.RowsError, match="4 recordings were found, with 4 problems"):
        sources.fsdd(tmp_path, vocabulary=["one"], skip_bad=True)


def test_a_cache_gives_the_same_rows_and_decodes_once(
    layout: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "FILES", 2)  # several portions
    _, root = layout
    plain, first = read(root), read(root, cache=tmp_path / "cache")
    before = sorted((tmp_path / "cache").iterdir())
    again = read(root, cache=tmp_path / "cache")
    assert plain.fingerprint == first.fingerprint == again.fingerprint
    assert sorted((tmp_path / "cache").iterdir()) == before
    assert len(before) == (len(plain) + 1) // 2
    blocks = again.columns["audio"].blocks
    assert all(isinstance(block.values.base, np.memmap) or isinstance(block.values, np.memmap) for block in blocks)


def test_progress_is_told_to_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "FILES", 3)
    fsdd(tmp_path)
    told: list[tuple[int, int]] = []
    sources.fsdd(tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 4), (4, 4)]


def test_an_unknown_folder_lists_the_known_layouts(tmp_path: Path) -> None:
    say(tmp_path / "a.wav")
    write(tmp_path / "notes.csv", "id,age", "1,2")
    with pytest.raises(ew.RowsError) as error:
        detect(tmp_path)
    assert error.value.here == "It holds 1 sound files and 1 others."
    assert error.value.why.startswith("It has none of the known layouts:\n  timit: TRAIN/DR1")
    assert all(f"\n  {name}: " in error.value.why for name in LAYOUTS)
    assert "put a table (CSV) with the columns file, transcript and speaker into it" in error.value.do
    with pytest.raises(ew.RowsError, match="There is no such folder"):
        read(tmp_path / "nowhere")


def test_another_layout_than_the_one_asked_for_is_refused(tmp_path: Path) -> None:
    fsdd(tmp_path)
    with pytest.raises(ew.RowsError) as error:
        sources.librispeech(tmp_path)
    assert error.value.why.startswith("It has not the layout:\n  librispeech: any subset")


def test_posteriors_have_the_frames_of_mfcc(tmp_path: Path) -> None:
    timit(tmp_path)
    say(tmp_path / "TRAIN" / "DR1" / "FCJF0" / "SA1.WAV", seconds=0.513, format="NIST")
    rows = sources.timit(tmp_path)
    sizes = [frame_count(len(one)) for one in taken(rows, "audio")]
    assert [len(one) for one in taken(rows, "posteriors")] == sizes
