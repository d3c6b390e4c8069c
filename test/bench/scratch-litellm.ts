import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "../support/free-ports.ts";
import { docker, stackImage, untilItAnswers } from "./stack-container.ts";

export interface ScratchLitellm {
  readonly url: string;
  readonly remove: () => void;
}

/** The stack's own LiteLLM before a model server of this machine. */
export function startScratchLitellm(upstreamUrl: string): Promise<ScratchLitellm> {
  return startLitellmWith(configFor(upstreamUrl));
}

/**
 * The stack's own LiteLLM with a config.yaml of one's own, with no key, no traces and nothing stored. It
 * shares the host's network, as Linux alone can.
 */
export async function startLitellmWith(configYaml: string): Promise<ScratchLitellm> {
  const folder = mkdtempSync(join(tmpdir(), "bench-litellm-"));
  const config = join(folder, "config.yaml");
  writeFileSync(config, configYaml, { mode: 0o644 });
  const [port] = await freePorts(1);
  const id = docker(
    ...["run", "--detach", "--rm", "--network", "host", "--tmpfs", "/tmp:mode=1777"],
    ...["--env", "HOME=/tmp", "--env", "LITELLM_LOCAL_MODEL_COST_MAP=True"],
    ...["--env", "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true"],
    ...["--volume", `${config}:/etc/litellm/config.yaml:ro`],
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

function configFor(upstreamUrl: string): string {
  const parameters = `{ model: openai/planner, api_base: "${upstreamUrl}/v1", api_key: none }`;
  return `model_list:\n  - { model_name: planner, litellm_params: ${parameters} }\n`;
}
