import { colours as pc } from "../output/colours.ts";
import { defineCommand } from "../command.ts";
import type { ContainerState } from "../containers/container-state.ts";
import { describeMachine } from "../docker-host/engine-machine.ts";
import { exitCodes } from "../exit-codes.ts";
import { table } from "../output/table.ts";
import { findRunningStack } from "../running-stack.ts";
import { openSession } from "../session.ts";

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
  usage: "status",
  describe: "Show each service: state, health, image, ports, start, restarts",
  examples: [["./stack status --json", "the same as one JSON object"]],
  run: async (_options, context) => {
    const session = await openSession(context);
    const running = await findRunningStack(session);
    if (!running) {
      context.print(`The stack ${context.stackName} is not up. Start it with: ./stack up`);
      context.result({ command: "status", services: [] });
      return exitCodes.done;
    }
    const rows = Object.keys(running.outputs.containers).map((service) =>
      rowOf(
        service,
        running.containers.find((container) => container.service === service),
        running.outputs.addresses[service],
      ),
    );
    context.print(render(rows));
    const { machine } = session;
    const addresses = Object.values(running.outputs.addresses);
    for (const line of describeMachine(machine, addresses)) context.print(line);
    if (!running.complete) {
      context.print("Its first up has not come to its end. Go on with: ./stack up");
    }
    context.result({
      command: "status",
      ...(machine.name !== undefined && { machine: machine.name }),
      complete: running.complete,
      services: rows,
    });
    return exitCodes.done;
  },
});

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

function render(rows: readonly Row[]): string {
  const header = ["SERVICE", "STATE", "HEALTH", "IMAGE", "PORTS", "STARTED", "RESTARTS"];
  const body = rows.map((row) => [
    row.service,
    row.state === "running" ? row.state : pc.red(row.state),
    row.health === "healthy" ? pc.green(row.health) : pc.yellow(row.health),
    row.image.startsWith("sha256:") ? row.image.slice(7, 19) : row.image,
    row.ports.join(", ") || "-",
    row.startedAt?.slice(0, 19).replace("T", " ") ?? "-",
    String(row.restarts),
  ]);
  return table([header.map((text) => pc.dim(text)), ...body]);
}
