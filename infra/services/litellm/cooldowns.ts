import type { Config, Deployment } from "./read-config.ts";

/** More failures than ever happen within a cooldown's seconds. */
const never = 1_000_000;

/** A wrong key, a model that is not there, a picture to one that sees none: waiting cures none of them. */
const incurable = {
  AuthenticationErrorAllowedFails: never,
  NotFoundErrorAllowedFails: never,
  // Named, so that this policy changes nothing about it: LiteLLM's own rule is one such answer.
  RateLimitErrorAllowedFails: 0,
};

const fields = ["cooldown_time", "allowed_fails", "allowed_fails_policy", "disable_cooldowns"];

/**
 * The models, with a rule for each of when LiteLLM leaves it alone for some seconds. By its own rule
 * everybody gets a 429 because one person's request got a 401 or a 404. A deployment that is alone under its name
 * never rests: nothing else would answer in the meantime, and its fallback takes each request that fails
 * anyway. What an operator says about cooldowns stays, of one model or of all.
 */
export function withHelpfulCooldowns(config: Config): Deployment[] {
  const { model_list: models, router_settings: router, litellm_settings: litellm } = config;
  if (saysSo(router) || saysSo(litellm)) return models;
  return models.map((model) => {
    const { model_name: name, litellm_params: params, model_info: info } = model;
    if (saysSo(params) || saysSo(info)) return model;
    const isAlone = models.filter((other) => other.model_name === name).length === 1;
    const rule = isAlone ? { cooldown_time: 0 } : { allowed_fails_policy: incurable };
    return { ...model, model_info: { ...info, ...rule } };
  });
}

function saysSo(section: Readonly<Record<string, unknown>> | undefined): boolean {
  return fields.some((field) => section?.[field] !== undefined);
}
