"""The page of the metrics names each series of the code, with its labels, and no other."""

import re
from pathlib import Path

from peg.monitoring.metrics import make_metrics

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(?P<name>peg_\w+)` \| [^|]+ \|(?P<labels>[^|]*)\|", re.MULTILINE)


def test_every_series_stands_on_the_page_with_its_labels() -> None:
    told = {
        row["name"]: tuple(label.strip() for label in row["labels"].split(",") if label.strip())
        for row in ROW.finditer(PAGE.read_text())
    }
    metrics = make_metrics()
    made = {
        series.describe()[0].name: series._labelnames  # noqa: SLF001 - nothing public tells them
        for name in type(metrics).__dataclass_fields__
        if hasattr(series := getattr(metrics, name), "describe")
    }

    assert told == made
