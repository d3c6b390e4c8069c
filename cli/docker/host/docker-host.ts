import { StackError } from "../../../infra/stack-error.ts";
import type { Report } from "../../output/activity.ts";
import { finishing } from "../../os/finishing.ts";
import { requireDockerCli } from "./docker-cli.ts";
import type { DockerHost } from "./find-docker-host.ts";
import { installEngine } from "./install-engine.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { withProgress } from "./progress.ts";
import { SilentEngineError } from "./probe.ts";
import { startByHand, startService, type StartOptions, untilItAnswers } from "./start-engine.ts";
import { planStart, type StartPlan } from "./start-plan.ts";

export interface EnsureOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly confirm: (question: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/**
 * Docker's own systemd unit knows no limit, with reason: an engine answers only after it has brought
 * back the containers that ran before, which took over a minute with two whole stacks on two cores.
 */
const startLimitMs = 10 * 60_000;

/** An engine that answers: the one that is there, else one that is started or installed. */
export async function ensureDockerHost(options: EnsureOptions): Promise<DockerHost> {
  const host = await ensureEngine(thisMachine(options.environment), options);
  // Last, because installing the engine brings the command along.
  await requireDockerCli(options.environment, host, options.signal);
  return host;
}

/** The same on any machine, without the command. */
export async function ensureEngine(machine: Machine, options: EnsureOptions): Promise<DockerHost> {
  const found = await findOrAwait(machine, options);
  if (found) return found;
  const plan = planStart(machine.system());
  if (plan.action === "refuse") throw refusal(plan);
  if (plan.action === "install") await confirmInstallation(options);
  const started = await withProgress(options.report, async (progress) => {
    const { environment, signal } = options;
    const start = { machine, environment, progress, signal, limitMs: startLimitMs };
    if (plan.action === "install") {
      await finishing("the installation of Docker", () =>
        installEngine({ environment, run: machine.run, progress, signal }),
      );
    }
    const host = await startAsPlanned(start, planStart(machine.system()));
    progress.done(`${host.engineVersion} started`);
    return host;
  });
  return { ...started, startedByUs: true };
}

/** A daemon that is still starting takes connections long before it answers: it gets its time. */
async function findOrAwait(
  machine: Machine,
  { environment, report, signal }: EnsureOptions,
): Promise<DockerHost | undefined> {
  try {
    return await machine.find();
  } catch (error) {
    if (!(error instanceof SilentEngineError) || !machine.daemonRuns()) throw error;
    return withProgress(report, async (progress) => {
      progress.say("waiting for the dockerd that is starting");
      const start = { machine, environment, progress, signal, limitMs: startLimitMs };
      const host = await untilItAnswers(start);
      progress.done(`${host.engineVersion} answers`);
      return host;
    });
  }
}

function startAsPlanned(start: StartOptions, plan: StartPlan): Promise<DockerHost> {
  switch (plan.action) {
    case "start-service":
      return startService(start);
    case "start-daemon":
      return startByHand(start, plan.dockerd);
    case "refuse":
      throw refusal(plan);
    case "install":
      throw new StackError("apt-get has installed docker.io, but there is no dockerd.", {
        remedy: "See `dpkg --listfiles docker.io`, and put the folder of dockerd on PATH.",
      });
  }
}

async function confirmInstallation({ confirm }: EnsureOptions): Promise<void> {
  const question =
    "Docker is not installed. Install docker.io and mmdebstrap from the distribution and start it?";
  if (await confirm(question)) return;
  throw new StackError("Docker is not installed.", {
    remedy:
      "Say yes (or pass --yes), install Docker yourself, or set DOCKER_HOST to another machine's.",
  });
}

function refusal({ message, remedy }: { message: string; remedy: string }): StackError {
  return new StackError(message, { remedy });
}
