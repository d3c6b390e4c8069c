import { invalidRequest } from "../errors/api-error.ts";

/**
 * What LiteLLM would take from a body for its own: where a model is, under which key, what answers in its
 * place. None of these ever reaches it, and whoever sends one is told so.
 */
const operatorsFields: ReadonlySet<string> = new Set([
  "allowed_openai_params",
  "additional_drop_params",
  "api_base",
  "api_key",
  "api_version",
  "base_url",
  "content_policy_fallbacks",
  "context_window_fallback_dict",
  "context_window_fallbacks",
  "custom_llm_provider",
  "default_fallbacks",
  "default_headers",
  "deployment_id",
  "disable_fallbacks",
  "drop_params",
  "extra_body",
  "extra_headers",
  "fallbacks",
  "guardrails",
  "headers",
  "input_cost_per_token",
  "litellm_credential_name",
  "litellm_metadata",
  "litellm_params",
  "max_retries",
  "mock_response",
  "mock_testing_fallbacks",
  "mock_timeout",
  "mock_tool_calls",
  "model_list",
  "num_retries",
  "organization",
  "output_cost_per_token",
  "proxy_server_request",
  "router_settings_override",
  "user_config",
]);

/** @throws ApiError 400 with the first of a body's fields that are not a caller's to set. */
export function requireOwnFields(body: Readonly<Record<string, unknown>>): void {
  const name = Object.keys(body).find(
    (each) => operatorsFields.has(each) && body[each] !== null && body[each] !== undefined,
  );
  if (name === undefined) return;
  const message =
    `'${name}' is not taken from a request: where models are, their keys, retries and fallbacks are ` +
    "settings of LiteLLM's. Fields for the model itself go into the body beside `messages`.";
  throw invalidRequest(message, name);
}
