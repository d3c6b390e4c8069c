import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { variablesOf } from "../../infra/services/litellm/config-variables.ts";
import { litellm } from "../../infra/services/litellm/service.ts";
import { docker, stackImage, untilItAnswers } from "../bench/stack-container.ts";
import { testSources } from "./desired.ts";
import { hostOption } from "./engine-gateway.ts";
import { settingsWith } from "./settings.ts";

/** LiteLLM as the stack would run it, alone. */
export interface LoneLitellm {
  /** Asks a model for an answer, as a client of OpenAI's API does. */
  readonly ask: (model: string, content: string) => Promise<Response>;
  readonly logs: () => string;
  readonly remove: () => void;
}

export interface LoneOptions {
  /** The lines of `.env`. */
  readonly settings: Readonly<Record<string, string>>;
  /** The operator's file; the one of this repository where none is given. */
  readonly configYaml?: string | undefined;
  /** Variables that send providers' own addresses elsewhere. */
  readonly standIns: Readonly<Record<string, string>>;
}

/** Starts it from the stack's own image, with the environment and the files that the stack would give it. */
export async function startLoneLitellm(options: LoneOptions): Promise<LoneLitellm> {
  const { configYaml = testSources.readText("infra/services/litellm/config.yaml") } = options;
  const wanted = variablesOf(configYaml);
  const lines = Object.entries(options.settings);
  const settings = settingsWith(
    Object.fromEntries(lines.filter(([name]) => !wanted.includes(name))),
    Object.fromEntries(lines.filter(([name]) => wanted.includes(name))),
  );
  const spec = litellm(settings, (path) =>
    path.endsWith("/config.yaml") ? configYaml : testSources.readText(path),
  );
  const folder = mkdtempSync(join(tmpdir(), "lone-litellm-"));
  const mounts = spec.files.map(({ path, content }) => {
    const copy = join(folder, basename(path));
    writeFileSync(copy, content, { mode: 0o644 });
    return ["--volume", `${copy}:${path}:ro`];
  });
  const environment = Object.entries(spec.environment).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : value.secret,
  ]);
  const variables = [...environment, ...Object.entries(options.standIns)];
  const id = docker(
    ...["run", "--detach", ...hostOption, "--publish", "127.0.0.1::4000"],
    ...["--tmpfs", "/tmp:mode=1777"],
    ...variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...mounts.flat(),
    stackImage("litellm"),
    ...(spec.command ?? []),
  );
  const url = `http://${docker("port", id, "4000/tcp").split("\n")[0] ?? ""}`;
  const remove = () => {
    docker("rm", "--force", "--volumes", id);
    rmSync(folder, { recursive: true });
  };
  try {
    await untilItAnswers(id, `${url}/health/liveliness`, 240_000);
  } catch (error) {
    remove();
    throw error;
  }
  return {
    ask: (model, content) =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${settings.LITELLM_MASTER_KEY}`,
        },
        body: JSON.stringify({ model, messages: [{ role: "user", content }] }),
      }),
    logs: () => docker("logs", "--tail", "50", id),
    remove,
  };
}
