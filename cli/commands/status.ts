import {
  type AnsweringModels,
  answeringModels,
  describeAnswers,
} from "../agent/describe-answers.ts";
import { type FallbackRuns, fallbackRuns } from "../agent/fallback-runs.ts";
import { colours as pc } from "../output/colours.ts";
import { defineCommand } from "../command-line/command.ts";
import type { ContainerState } from "../docker/container-state.ts";
import { describeMachine } from "../docker/host/engine-machine.ts";
import { duration } from "../output/duration.ts";
import { table } from "../output/table.ts";
import { findRunningStack } from "../stack/running-stack.ts";
import { signInHint } from "../stack/service-pages.ts";
import { openSession, type Session } from "../stack/session.ts";

interface Row {
  readonly service: string;
  readonly state: string;
  readonly health: string;
  readonly image: string;
  readonly ports: readonly string[];
  readonly startedAt: string | undefined;
  readonly restarts: number;
  readonly address: string | undefined;
}

export const status = defineCommand({
  examples: [["./stack status --json", "the same as one JSON object"]],
  run: async (context) => {
    const session = await openSession(context);
    const running = await findRunningStack(session);
    if (!running) {
      const { requireKnownStack } = await import("../stack/stacks-of-clone.ts");
      requireKnownStack(context);
      return {
        text: `The stack ${context.stackName} is not up. Start it with: ./stack up`,
        data: { services: [] },
      };
    }
    const rows = Object.keys(running.outputs.containers).map((service) =>
      rowOf(
        service,
        running.containers.find((container) => container.service === service),
        running.outputs.addresses[service],
      ),
    );
    const { machine } = session;
    const { addresses, applied } = running.outputs;
    const models = answeringModels(applied.services["litellm"]);
    const stoodIn = await stoodInRuns(session, addresses["agent"], models);
    const lines = [
      render(rows, Date.now()),
      ...describeMachine(machine, Object.values(addresses)),
      ...signInHint(addresses),
      ...(models ? describeAnswers(models, stoodIn) : []),
      ...(running.complete ? [] : ["Its first up has not come to its end. Go on with: ./stack up"]),
    ];
    return {
      text: lines.join("\n"),
      data: {
        ...(machine.name !== undefined && { machine: machine.name }),
        complete: running.complete,
        ...(models && { answers: { ...models, ...(stoodIn && { fallbackRuns: stoodIn }) } }),
        services: rows,
      },
    };
  },
});

/** Undefined where nothing can stand in, or the agent does not say. */
async function stoodInRuns(
  session: Session,
  address: string | undefined,
  models: AnsweringModels | undefined,
): Promise<FallbackRuns | undefined> {
  if (address === undefined || models?.fallback === undefined) return undefined;
  return fallbackRuns(await session.machine.reach(address), async () => {
    const { settings } = await session.settings();
    return settings.AGENT_API_KEYS.split(",")[0]?.trim();
  });
}

function rowOf(
  service: string,
  container: ContainerState | undefined,
  address: string | undefined,
): Row {
  if (!container) {
    const nothing = { health: "-", image: "-", ports: [], startedAt: undefined, restarts: 0 };
    return { service, state: "missing", ...nothing, address };
  }
  const { running, paused, health, image, ports, startedAt, restarts } = container;
  const state = paused ? "paused" : running ? "running" : `exited (${container.exitCode})`;
  return { service, state, health, image, ports, startedAt, restarts, address };
}

/** Most telling columns first: a narrow terminal cuts the last. */
export function render(rows: readonly Row[], now: number, width?: number): string {
  const header = ["SERVICE", "STATE", "PORTS", "UP", "RESTARTS", "IMAGE"];
  const body = rows.map((row) => [
    row.service,
    stateOf(row),
    row.ports.join(", ") || "-",
    row.startedAt === undefined || row.state !== "running"
      ? "-"
      : duration(now - Date.parse(row.startedAt)),
    String(row.restarts),
    row.image.startsWith("sha256:") ? row.image.slice(7, 19) : row.image,
  ]);
  return table([header.map((text) => pc.dim(text)), ...body], width);
}

/** Of a container that runs, its health says more. */
function stateOf({ state, health }: Row): string {
  if (state !== "running") return pc.red(state);
  return health === "healthy" ? pc.green(health) : pc.yellow(health);
}
