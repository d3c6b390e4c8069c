import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../support/free-ports.ts";
import { docker, stackImage, untilItAnswers } from "./stack-container.ts";

export interface ScratchLitellm {
  readonly url: string;
  readonly remove: () => void;
}

export interface ScratchLitellmOptions {
  /** By name; they are beside each other, as in the stack. */
  readonly files: { readonly "config.yaml": string } & Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The stack's own LiteLLM, with no key and nothing stored. It shares the host's network, as Linux alone can. */
export async function startScratchLitellm({
  files,
  environment = {},
}: ScratchLitellmOptions): Promise<ScratchLitellm> {
  const folder = mkdtempSync(join(tmpdir(), "scratch-litellm-"));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content, { mode: 0o644 });
  }
  const [port] = await freePorts(1);
  const variables = {
    HOME: "/tmp",
    LITELLM_LOCAL_MODEL_COST_MAP: "True",
    LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY: "true",
    ...environment,
  };
  const id = docker(
    ...["run", "--detach", "--rm", "--network", "host", "--tmpfs", "/tmp:mode=1777"],
    // The name that a stack's config.yaml has for this machine.
    ...["--add-host", "host.docker.internal:127.0.0.1"],
    ...Object.entries(variables).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...Object.keys(files).flatMap((name) => [
      "--volume",
      `${join(folder, name)}:/etc/litellm/${name}:ro`,
    ]),
    stackImage("litellm"),
    ...["--config", "/etc/litellm/config.yaml", "--host", "127.0.0.1", "--port", String(port)],
  );
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(id, `${url}/health/liveliness`, 240_000);
  return {
    url,
    remove: () => {
      docker("rm", "--force", "--volumes", id);
      rmSync(folder, { recursive: true });
    },
  };
}

/** With one model, and no traces. */
export function configForModelServer(url: string): string {
  const parameters = `{ model: openai/planner, api_base: "${url}", api_key: none }`;
  return `model_list:\n  - { model_name: planner, litellm_params: ${parameters} }\n`;
}
