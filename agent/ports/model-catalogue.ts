/** What is known of a model; what is absent is not known. */
export interface ModelFacts {
  /** What it reads, in tokens. */
  readonly contextTokens?: number | undefined;
  /** What it says at most, in tokens. */
  readonly answerTokens?: number | undefined;
  /** Which of these its server is sure of. */
  readonly abilities: readonly ModelAbility[];
}

export type ModelAbility = "vision" | "pdf" | "audio" | "function_calling" | "reasoning";

export interface ModelCatalogue {
  /** By the name that LiteLLM has for it. Never rejects: where nobody answers, nothing is known. */
  factsOf(name: string): Promise<ModelFacts>;
}
