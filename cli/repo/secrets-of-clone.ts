import { existsSync, readFileSync } from "node:fs";
import { definitions } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import { litellmVariables } from "../../infra/settings-sources.ts";
import { isSecretName } from "../output/without-secrets.ts";
import { readEnvFile } from "../stack/env-file.ts";
import { stacksOfClone } from "../stack/stacks-of-clone.ts";
import type { Workspace } from "../os/workspace.ts";
import type { Secrets } from "./forbidden-entries.ts";

/**
 * Every secret that this clone knows: those of each stack's settings file, of the environment, and
 * the passphrase of the state.
 */
export function secretsOfClone(
  { root, passphraseFile }: Pick<Workspace, "root" | "passphraseFile">,
  environment: NodeJS.ProcessEnv,
): Secrets {
  const secrets = new Map<string, string>();
  const names = [
    ...settingNames.filter((name) => definitions[name].secret),
    ...litellmVariables(root).filter(isSecretName),
  ];
  const add = (owner: string, values: Readonly<Record<string, string | undefined>>) => {
    for (const name of names) {
      // AGENT_API_KEYS is a list; each of them is a secret.
      for (const [index, part] of (values[name] ?? "").split(",").entries()) {
        secrets.set(`${name}${index === 0 ? "" : `[${index}]`} of ${owner}`, part.trim());
      }
    }
  };
  for (const { stackName } of stacksOfClone(root)) {
    add(`the stack ${stackName}`, readEnvFile(root, stackName).values);
  }
  add("the environment", environment);
  if (existsSync(passphraseFile)) {
    secrets.set("the passphrase of the state", readFileSync(passphraseFile, "utf8").trim());
  }
  const own = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (own) secrets.set("PULUMI_CONFIG_PASSPHRASE", own);
  return secrets;
}
