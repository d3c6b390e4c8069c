"""Phoenix imports Anthropic's client at every start, a fifth of its time, for the type of a dict.

The module that it asks for is loaded when anything else of it is wanted: when somebody plays with a prompt.
"""

import importlib
import sys
import types


class LazyModule(types.ModuleType):
    # A TypedDict, and so a dict once it is made.
    AnthropicModelSettings = dict

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


sys.modules["pydantic_ai.models.anthropic"] = LazyModule("pydantic_ai.models.anthropic")
