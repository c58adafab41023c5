"""The frozen records that travel upward, to and from JSON.

A record is plain data: it can be written, read back years later, and compared. `verdict.json` is a
`Verdict` as `to_json` writes it; times stand in a block of their own, on which no claim depends.
"""

from endwise.records.comparison import (
    Comparison as Comparison,
    FileIds as FileIds,
    Score as Score,
    SeamBlame as SeamBlame,
)
from endwise.records.outlook import (
    MODEL_FAMILIES as MODEL_FAMILIES,
    Band as Band,
    Choice as Choice,
    Crossover as Crossover,
    DesignForecast as DesignForecast,
    Outlook as Outlook,
    Overtake as Overtake,
    Pair as Pair,
    Reach as Reach,
    Worth as Worth,
)
from endwise.records.plain import from_json as from_json, to_json as to_json
from endwise.records.plan import Plan as Plan, Purchase as Purchase, Refused as Refused
from endwise.records.seams import (
    Attribution as Attribution,
    Blame as Blame,
    Ceiling as Ceiling,
    Mistake as Mistake,
    Stage as Stage,
    TruthStep as TruthStep,
)
from endwise.records.slices import Gap as Gap, Slice as Slice, SliceScore as SliceScore
from endwise.records.study import (
    FORMAT as FORMAT,
    Caveat as Caveat,
    DesignPoint as DesignPoint,
    Difference as Difference,
    Example as Example,
    Failure as Failure,
    Film as Film,
    Measurement as Measurement,
    RowUse as RowUse,
    Scarcity as Scarcity,
    TradeOff as TradeOff,
    Tuning as Tuning,
    Untrainable as Untrainable,
    Verdict as Verdict,
)
from endwise.records.words import (
    Confusion as Confusion,
    WordError as WordError,
    WordErrors as WordErrors,
)
