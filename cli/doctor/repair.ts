import { chmodSync, rmSync } from "node:fs";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";
import { ensureDockerHost } from "../docker/host/docker-host.ts";
import { ensureEnvFile } from "../stack/env-file.ts";
import type { Surroundings } from "../stack/surroundings.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import type { Repair } from "./finding.ts";

/** Fixes one thing, and says in the past tense what it did. */
export async function repair(what: Repair, surroundings: Surroundings): Promise<string> {
  const { root, stackName, environment } = surroundings;
  switch (what.kind) {
    case "start-engine": {
      const { engineVersion } = await ensureDockerHost(surroundings);
      return `started Docker ${engineVersion}`;
    }
    case "complete-env-file": {
      const { plain, encrypted } = readStackSettings(root, stackName);
      const configured = new Set([...Object.keys(plain), ...encrypted]);
      const elsewhere = (name: string) =>
        Boolean(environment[name]) || configured.has(pulumiName(name));
      const { file, generated } = ensureEnvFile(root, stackName, elsewhere);
      return `generated ${generated.join(", ")} in ${file}`;
    }
    case "make-private":
      chmodSync(what.path, 0o600);
      return `made ${what.path} readable for its owner alone`;
    case "remove-lock":
      rmSync(what.path, { force: true });
      return `removed the lock ${what.path}`;
  }
}
