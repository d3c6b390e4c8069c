import { readFromEnvFile } from "./env-file.ts";
import { systemStack } from "./system-stack.ts";

/** Under LiteLLM's master key, as the agent does. */
export function postToLitellm(
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { clone, url } = systemStack();
  const key = readFromEnvFile(clone, "LITELLM_MASTER_KEY");
  return fetch(`${url("litellm")}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(body),
  });
}
