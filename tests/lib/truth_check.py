# SPDX-License-Identifier: Apache-2.0
"""What the registry has against what the plant's truth says."""

LIMIT = 1e-9
FIGURES = (("direct", "direct_t"), ("indirect", "indirect_t"), ("activity", "activity"))


def off(value, truth):
    """Relative difference."""
    return abs(value - truth) / abs(truth) if truth else abs(value)


def differences(truth, summaries):
    """Worst relative difference, and the lines of what is beyond the limit."""
    latest = {(s["process"], s["window_start"]): s for s in summaries}
    worst, lines = 0.0, []
    for window in truth["windows"]:
        place = (window["process"], window["start"])
        summary = latest.get(place)
        if not summary:
            lines.append(f"{place}: not there")
            continue
        for true_name, name in FIGURES:
            apart = off(summary.get(name, 0.0), window[true_name])
            worst = max(worst, apart)
            if apart > LIMIT:
                lines.append(f"{place} {name}: {summary.get(name)} for "
                             f"{window[true_name]}, off by {apart:.2g}")
    return worst, lines
