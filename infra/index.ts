import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { writeBuildSecrets } from "./build-network.ts";
import { commandHint } from "./command-hint.ts";
import { desiredStack } from "./desired-stack.ts";
import { dockerAddress } from "./docker-address.ts";
import { networkSettings } from "./network-settings.ts";
import { mountedVolumes, requireOwnVolumes } from "./own-volumes.ts";
import { declareStack, type Exported } from "./program/declare-stack.ts";
import { isDeclaredDefault } from "./settings/project-config.ts";
import { litellmVariables, loadSettings } from "./settings-sources.ts";
import { repositorySources } from "./sources.ts";
import { ownSettings, requireKnownNames } from "./stack-settings.ts";
import { StackError } from "./stack-error.ts";
import { volumeOwners } from "./volume-owners.ts";

// The entry of a `pulumi up` typed by hand. `./stack up` runs the same program in its own process.
const root = dirname(import.meta.dirname);
const config = new pulumi.Config();
const stackName = pulumi.getStack();

/** Declares the whole stack, as its settings want it now. */
function declare(): Exported {
  const names = ownSettings(pulumi.runtime.allConfig()).map(([name]) => name);
  requireKnownNames(names, stackName, litellmVariables(root));
  const { settings, warnings } = loadSettings({
    root,
    stackName,
    environment: process.env,
    pulumiConfig: (name) => {
      const value = config.get(name);
      // Nobody set it: it hides nothing, and .env hides nothing of it.
      return value === undefined || isDeclaredDefault(name, value) ? undefined : value;
    },
  });
  writeBuildSecrets(root, networkSettings(process.env, settings));
  for (const warning of warnings) void pulumi.log.warn(warning);
  const desired = desiredStack(settings, stackName, repositorySources(root));
  requireOwnVolumes(desired, volumeOwners(mountedVolumes(desired)));
  return declareStack(desired, { host: dockerAddress(process.env) });
}

/** What a user can act on is shown in its own words; Pulumi prints anything else as an object. */
function inWords<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const lines = [error.message, ...error.details, error.remedy];
    const words = commandHint(lines.join("\n"), stackName);
    throw new pulumi.RunError(words);
  }
}

export const { addresses } = inWords(declare);
