"""Properties for notebook 02: gradients against nudges, repeated examples, counted answers."""

from __future__ import annotations

from typing import Any

from utils.checker.compare import Finding
from utils.checker.property import Call, Property
from utils.properties.backward_propagation.answers import ordered_steps, settled_lines, told_apart
from utils.properties.backward_propagation.layers import (
    layer_of,
    linear_examples_twice,
    linear_part,
    proportional,
    reacts_as_nudged,
)
from utils.properties.backward_propagation.networks import (
    costs_before_updates,
    epsilon_counts,
    layers_react,
    learning_rate_counts,
    model_examples_twice,
    new_arrays,
    proportional_step,
    zero_gradients,
)

__all__ = ["PROPERTIES"]


def _guarded(check: Property) -> Property:
    """Wrap a property, so that a result of another form than on the cases is a finding."""

    def guarded(call: Call, params: Any) -> Finding | None:
        try:
            return check(call, params)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            sentence = (
                "On other inputs something else came back: look at its parts and their shapes."
            )
            return Finding("property", sentence)

    return guarded


PROPERTIES: dict[str, Property] = {
    name: _guarded(check)
    for name, check in {
        "reacts_as_nudged": reacts_as_nudged,
        "proportional": proportional,
        "dA_prev_reacts": linear_part(0),
        "dW_reacts": linear_part(1),
        "db_reacts": linear_part(2),
        "linear_examples_twice": linear_examples_twice,
        "sigmoid_layer": layer_of("sigmoid"),
        "relu_layer": layer_of("relu"),
        "output_layer": layers_react(
            4, 4, "In a network of four layers, it begins at layer {}, the output."
        ),
        "hidden_layers": layers_react(
            3,
            1,
            "In a network of four layers, going backwards, layer {} is the first that is wrong.",
        ),
        "model_examples_twice": model_examples_twice,
        "zero_gradients": zero_gradients,
        "epsilon_counts": epsilon_counts,
        "proportional_step": proportional_step,
        "new_arrays": new_arrays,
        "costs_before_updates": costs_before_updates,
        "learning_rate_counts": learning_rate_counts,
        "ordered_steps": ordered_steps,
        "settled_lines": settled_lines,
        "told_apart": told_apart,
    }.items()
}
