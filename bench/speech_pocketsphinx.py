"""PocketSphinx with its own model on the connected digits of `speech_fsdd.py`: word error rate by speaker.

    pip install pocketsphinx && python bench/speech_pocketsphinx.py FOLDER

It gets the same utterances at 16,000 samples a second, a grammar of one or more digits, and its own pronunciations.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from pocketsphinx import Config, Decoder, get_model_path
from scipy.signal import resample_poly
from speech_fsdd import RATE, TESTED, VOCABULARY, connected

import endwise as ew
from endwise.systems.speech import signals, sources

GRAMMAR = f"#JSGF V1.0; grammar digits; public <digits> = ({' | '.join(VOCABULARY)})+ ;"


def heard(decoder: Decoder, audio: np.ndarray) -> str:
    """What it finds in a recording at 8,000 samples a second."""
    louder = np.clip(resample_poly(audio, 2, 1) * 32767, -32768, 32767).astype(np.int16)
    decoder.start_utt()
    decoder.process_raw(louder.tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return "" if found is None else found.hypstr


def main() -> None:
    """Print the word error rate of each speaker, their mean, and how much faster than the audio it was."""
    singles = sources.fsdd(Path(sys.argv[1]), vocabulary=VOCABULARY)
    model = Path(get_model_path("en-us"))
    decoder = Decoder(Config(hmm=str(model / "en-us"), dict=str(model / "cmudict-en-us.dict"), loglevel="FATAL"))
    decoder.add_jsgf_string("digits", GRAMMAR)
    decoder.activate_search("digits")
    rates, seconds, started = [], 0.0, time.process_time()
    for speaker in sorted(set(singles.groups)):
        spoken = connected(singles, speaker, TESTED, 2)
        found = [heard(decoder, audio) for audio, _ in spoken]
        seconds += sum(len(audio) for audio, _ in spoken) / RATE
        records = ew.word_error_rate.records(signals.transcript(), found, [text for _, text in spoken])
        rates.append(ew.word_error_rate.aggregate(records))
        print(f"{speaker:10} {rates[-1]:6.1f} %")
    print(f"{'mean':10} {np.mean(rates):6.1f} %, {seconds / (time.process_time() - started):.0f} times real time")


if __name__ == "__main__":
    main()
