"""Properties for notebook 04: distributions of draws, and the protocol of a search.

Every statistical test here rejects right work less than once in a million checks: a single p-value
is compared with 1e-9, and no check uses more than a hundred of them.
"""

from __future__ import annotations

from utils.checker.property import Property
from utils.properties.hyperparameters.answers import all_settled
from utils.properties.hyperparameters.draws import (
    choice_kind,
    draws_of_their_own,
    int_kind,
    log_kinds,
    log_uniform,
    one_minus_log_uniform,
    within_ends,
    within_ends_below_one,
)
from utils.properties.hyperparameters.searches import (
    equal_budgets,
    first_trials_stay,
    fresh_draws,
    fresh_starts,
    log_as_it_goes,
    log_holds_records,
    parts_of_a_search,
    search_goes_on,
    seconds_of_training,
    test_part_of_a_search,
    test_part_untouched,
    trained_networks,
)
from utils.properties.hyperparameters.split import every_example_once, own_labels, shuffled

__all__ = ["PROPERTIES"]

PROPERTIES: dict[str, Property] = {
    "all_settled": all_settled,
    "within_ends": within_ends,
    "within_ends_below_one": within_ends_below_one,
    "log_uniform": log_uniform,
    "one_minus_log_uniform": one_minus_log_uniform,
    "log_kinds": log_kinds,
    "int_kind": int_kind,
    "choice_kind": choice_kind,
    "draws_of_their_own": draws_of_their_own,
    "every_example_once": every_example_once,
    "own_labels": own_labels,
    "shuffled": shuffled,
    "test_part_untouched": test_part_untouched,
    "seconds_of_training": seconds_of_training,
    "fresh_draws": fresh_draws,
    "equal_budgets": equal_budgets,
    "fresh_starts": fresh_starts,
    "trained_networks": trained_networks,
    "test_part_of_a_search": test_part_of_a_search,
    "parts_of_a_search": parts_of_a_search,
    "first_trials_stay": first_trials_stay,
    "log_holds_records": log_holds_records,
    "log_as_it_goes": log_as_it_goes,
    "search_goes_on": search_goes_on,
}
