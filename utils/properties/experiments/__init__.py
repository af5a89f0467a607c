"""Properties for notebook 06: fresh runs of the best, rounds of a halving, the next space."""

from __future__ import annotations

from utils.checker.property import Property
from utils.properties.experiments.again import (
    any_divergence_counts,
    fresh_runs,
    means_of_runs,
    parts_of_fresh_runs,
    test_part_of_fresh_runs,
    trained_again,
)
from utils.properties.experiments.halving import (
    better_half_goes_on,
    diverged_stay_behind,
    drawn_once_each,
    fresh_rounds,
    parts_of_a_halving,
    test_part_of_a_halving,
)
from utils.properties.experiments.space import best_alone_counts, gap_halved, log_halved

__all__ = ["PROPERTIES"]

PROPERTIES: dict[str, Property] = {
    "means_of_runs": means_of_runs,
    "any_divergence_counts": any_divergence_counts,
    "fresh_runs": fresh_runs,
    "trained_again": trained_again,
    "parts_of_fresh_runs": parts_of_fresh_runs,
    "test_part_of_fresh_runs": test_part_of_fresh_runs,
    "better_half_goes_on": better_half_goes_on,
    "diverged_stay_behind": diverged_stay_behind,
    "drawn_once_each": drawn_once_each,
    "fresh_rounds": fresh_rounds,
    "parts_of_a_halving": parts_of_a_halving,
    "test_part_of_a_halving": test_part_of_a_halving,
    "log_halved": log_halved,
    "gap_halved": gap_halved,
    "best_alone_counts": best_alone_counts,
}
