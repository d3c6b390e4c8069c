import type { Report } from "../activity.ts";
import { StackError } from "../../infra/stack-error.ts";
import { requireDockerCli } from "./docker-cli.ts";
import { type DockerHost, findDockerHost } from "./find-docker-host.ts";
import { installEngine } from "./install-engine.ts";
import { type Progress, withProgress } from "./progress.ts";
import { type RunCommand, runCommand } from "./run-command.ts";
import { startDaemon } from "./start-daemon.ts";
import { planStart, type StartPlan } from "./start-plan.ts";
import { thisSystem } from "./system.ts";

interface EnsureOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * A Docker engine that answers: the running one, else one that is started, else one that is installed
 * and started after asking. A running engine is never restarted.
 *
 * @throws StackError with the system's remedy where it can't be done here.
 */
export async function ensureDockerHost(options: EnsureOptions): Promise<DockerHost> {
  const { environment, report, confirm } = options;
  const host = (await findDockerHost({ environment })) ?? (await bringUpEngine());
  requireDockerCli(environment);
  return host;

  async function bringUpEngine(): Promise<DockerHost> {
    const plan = planStart(thisSystem(environment));
    if (plan.action === "install" && !(await confirm(question))) throw declined();
    return withProgress(report, (progress) => carryOut(plan, { ...options, progress }));
  }
}

const question =
  "Docker is not installed. Install docker.io and mmdebstrap from the distribution and start it?";

function declined(): StackError {
  return new StackError("Docker is not installed, and was not to be.", {
    remedy: "Run ./stack up --yes to have it installed, or install it yourself.",
  });
}

async function carryOut(
  plan: StartPlan,
  options: EnsureOptions & { readonly progress: Progress },
): Promise<DockerHost> {
  const { environment, progress, signal } = options;
  if (plan.action === "refuse") throw new StackError(plan.message, { remedy: plan.remedy });
  if (plan.action === "install") {
    await installEngine({ environment, run: runCommand, progress, signal });
    // Its packages may have started it; what they could not, the plan for an installed engine does.
    const found = await findDockerHost({ environment });
    const host = found ?? (await carryOut(planStart(thisSystem(environment)), options));
    return { ...host, startedByUs: true };
  }
  progress.say("starting");
  if (plan.action === "start-service") await startService(runCommand, options);
  const host = await startDaemon({
    dockerd: plan.action === "start-daemon" ? plan.dockerd : undefined,
    environment,
    signal,
  });
  progress.done(`Docker ${host.engineVersion} runs`);
  return { ...host, startedByUs: true };
}

async function startService(
  run: RunCommand,
  { environment, signal }: Pick<EnsureOptions, "environment" | "signal">,
): Promise<void> {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const code = await run("systemctl", ["start", "docker"], { environment, signal, onLine });
  if (code === 0) return;
  throw new StackError("The service docker could not be started.", {
    details: lines,
    remedy: "See `journalctl -u docker`, mend the cause, and run this again.",
  });
}
