import type { StackError } from "../../infra/stack-error.ts";
import type { DockerHost } from "../docker/host/find-docker-host.ts";
import { findOnPath } from "../os/find-executable.ts";
import { thisSystem } from "../docker/host/system.ts";
import { planStart, type StartPlan } from "../docker/host/start-plan.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, note, ok, warning } from "./finding.ts";

/** What we read of Docker's own `info`. */
export interface EngineInfo {
  readonly Driver: string;
  readonly CgroupVersion?: string;
  readonly MemoryLimit: boolean;
  /** False where the kernel does not account for swap. */
  readonly SwapLimit?: boolean;
  readonly SecurityOptions?: readonly string[] | null;
}

export interface DockerFacts {
  readonly host: DockerHost | undefined;
  readonly refusal: Pick<StackError, "message" | "remedy"> | undefined;
  readonly info: EngineInfo | undefined;
  /** The `docker` command, with which containers are entered and images imported. */
  readonly command: string | undefined;
  /** How `up` would get an engine where none answers. */
  readonly plan: StartPlan;
}

export const checkDocker = defineCheck(
  "docker",
  async ({ host, refusal, docker, environment }): Promise<DockerFacts> => ({
    host,
    refusal,
    info: docker && ((await docker.info()) as EngineInfo),
    command: findOnPath("docker", environment),
    plan: planStart(thisSystem(environment)),
  }),
  judgeDocker,
);

export function judgeDocker({ host, refusal, info, command, plan }: DockerFacts): Judgement[] {
  if (refusal) return [failure(refusal.message, refusal.remedy)];
  if (!host || !info) return [withoutEngine(plan)];
  const rootless = (info.SecurityOptions ?? []).some((option) => option.includes("rootless"));
  return [
    ok(`Docker ${host.engineVersion} (API ${host.apiVersion}) answers at ${host.host}`),
    ...(command === undefined ? [commandMissing] : []),
    ...judgeStorage(info.Driver),
    ...judgeLimits(info),
    ...(rootless ? [note("It runs rootless: ports below 1024 can't be published.")] : []),
  ];
}

function withoutEngine(plan: StartPlan): Judgement {
  switch (plan.action) {
    case "refuse":
      return failure(plan.message, plan.remedy);
    case "install":
      return note("Docker is not installed yet; ./stack up asks, then installs it.");
    case "start-service":
    case "start-daemon": {
      const remedy = "Run ./stack up, or ./stack doctor --fix: both start it.";
      return warning("Docker is installed, but not running.", remedy, { kind: "start-engine" });
    }
  }
}

const commandMissing = failure(
  "There is no `docker` command on PATH.",
  "Install Docker's command-line client, or put its folder on PATH.",
);

function judgeStorage(driver: string): Judgement[] {
  const slow = ["vfs", "devicemapper", "aufs"].includes(driver);
  if (!slow) return [ok(`storage driver ${driver}`)];
  return [
    warning(
      `Docker stores its layers with ${driver}, which is slow and takes several times the disk.`,
      "Let Docker use overlay2: a root folder on ext4 or xfs, and no other driver in daemon.json.",
    ),
  ];
}

const swapIsUnlimited = warning(
  "Docker can limit memory here, but not swap: a service that needs too much slows the machine " +
    "down, and Pulumi's own `pulumi up` sees a changed memorySwap each time.",
  "Start the kernel with swapaccount=1, or with cgroup v2, and restart the machine.",
);

function judgeLimits(info: EngineInfo): Judgement[] {
  const { MemoryLimit, SwapLimit = true, CgroupVersion = "1" } = info;
  if (MemoryLimit && SwapLimit) return [ok(`memory limits hold (cgroup v${CgroupVersion})`)];
  if (MemoryLimit) return [swapIsUnlimited];
  return [
    warning(
      `Docker can't limit memory here (cgroup v${CgroupVersion}): one service may take it all.`,
      "Switch the kernel's memory controller on, or delegate it to the rootless engine.",
    ),
  ];
}
