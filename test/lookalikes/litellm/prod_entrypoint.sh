#!/bin/sh
# The original can also start tracers around LiteLLM; without their variables it does only this.
exec litellm "$@"
