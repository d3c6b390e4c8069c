import { engineHost } from "./engine-host.ts";
import { proxyVariableNames } from "./network-settings.ts";
import {
  labelNames,
  networkName,
  renderContainer,
  type StackIdentity,
  stackLabels,
  volumeName,
} from "./render-container.ts";
import type { Preparation, Secret, ServiceSpec } from "./service.ts";

/** A preparation as one `docker run`, so that it works wherever Docker is. */
export interface RenderedPreparation {
  readonly name: string;
  readonly service: string;
  /** For `/bin/sh` and for Windows's `cmd` alike; no value of the environment is in it. */
  readonly command: string;
  /** Has to be the environment of `command`, which passes these variables on by their names. */
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly triggers: readonly string[];
}

export function renderPreparation(
  spec: ServiceSpec,
  preparation: Preparation,
  imageTag: string,
  stack: StackIdentity,
): RenderedPreparation {
  const { name, environment, callsOut, triggers } = preparation;
  // Where no setting says how, the shell's own proxies are passed on, as they are to image builds.
  const passedOn = new Set([...Object.keys(environment), ...(callsOut ? proxyVariableNames : [])]);
  const words = [
    ...["run", "--rm", "--init", "--pull", "never"],
    ...confinement(spec, preparation, stack),
    ...["--network", networkName(stack)],
    // A mirror on this machine is reached by this name on every system.
    ...["--add-host", `${engineHost.host}:${engineHost.ip}`],
    // Its log is how the CLI knows how far it is, whatever the engine's default is.
    ...["--log-driver", "json-file"],
    ...preparationLabels(stack, name).flatMap(({ label, value }) => [
      "--label",
      `${label}=${value}`,
    ]),
    ...spec.mounts.flatMap((mount) => ["--volume", `${volumeName(stack, mount)}:${mount.path}`]),
    ...[...passedOn].flatMap((variable) => ["--env", variable]),
    imageTag,
  ];
  const command = ["docker", ...words].map(quoted).join(" ");
  return { name, service: spec.name, command, environment, triggers: [...triggers, imageTag] };
}

/** By these the CLI finds one that runs, and removes one that nobody waits for any more. */
export function preparationLabels(stack: StackIdentity, name: string) {
  return stackLabels(stack, { [labelNames.preparation]: name });
}

/** The same limits as the service's own container. */
function confinement(
  spec: ServiceSpec,
  { memoryMegabytes }: Preparation,
  stack: StackIdentity,
): string[] {
  const { args } = renderContainer(spec, stack);
  return [
    ...["--user", args.user, "--read-only"],
    ...args.capabilities.drops.flatMap((drop) => ["--cap-drop", drop]),
    ...args.securityOpts.flatMap((option) => ["--security-opt", option]),
    ...["--memory", `${memoryMegabytes}m`, "--memory-swap", `${memoryMegabytes}m`],
    ...Object.entries(args.tmpfs).flatMap(([path, options]) => ["--tmpfs", `${path}:${options}`]),
  ];
}

function quoted(word: string): string {
  if (/^[\w@/.:=,-]+$/.test(word)) return word;
  throw new Error(`${word} needs quotes, and no quotes mean the same to every shell.`);
}
