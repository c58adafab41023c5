"""From measurements to a verdict. Never sees a model; never imports torch."""
