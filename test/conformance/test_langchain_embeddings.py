"""langchain-tests' suite of embeddings, through OpenAIEmbeddings with its defaults: it sends tokens."""

from __future__ import annotations

import os
from typing import Any

from langchain_openai import OpenAIEmbeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests


class TestEmbeddings(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[OpenAIEmbeddings]:
        return OpenAIEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {
            "model": "embed",
            "base_url": os.environ["TEST_API_BASE_URL"],
            "api_key": os.environ["TEST_API_KEY"],
        }
