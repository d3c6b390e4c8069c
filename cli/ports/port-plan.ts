import type { PortHolder } from "../os/listening-process.ts";
import type { ServiceSpec } from "../../infra/service.ts";
import type { PortSetting } from "../../infra/services/endpoints.ts";
import { dotenvFileName } from "../../infra/stack-name.ts";
import { StackError } from "../../infra/stack-error.ts";

/** A port of this machine that a service is set to. */
export interface WantedPort {
  readonly service: string;
  /** The setting that moves it. */
  readonly setting: PortSetting;
  readonly port: number;
}

/** Ports of the stack's that somebody else has. */
export class PortTakenError extends StackError {
  readonly ports: readonly number[];

  constructor(
    message: string,
    options: {
      ports: readonly number[];
      remedy: string;
      details?: readonly string[];
      cause?: unknown;
    },
  ) {
    super(message, options);
    this.ports = options.ports;
  }
}

export interface TakenPort extends WantedPort {
  readonly holder: PortHolder;
}

export function wantedPorts(specs: readonly ServiceSpec[]): WantedPort[] {
  return specs.flatMap(({ name, ports }) =>
    ports.map(({ external, setting }) => ({ service: name, setting, port: external })),
  );
}

export function describeHolder(holder: PortHolder): string {
  switch (holder.kind) {
    case "process":
      return `process ${holder.pid} (${holder.command})`;
    case "container": {
      if (holder.stack === undefined) return `the container ${holder.name}`;
      const { name, ofThisClone } = holder.stack;
      return `the container ${holder.name} of ${ofThisClone ? "this" : "another"} clone's stack ${name}`;
    }
    case "unknown":
      return `another program${holder.machine === undefined ? "" : ` on ${holder.machine}`}`;
  }
}

export function describeTaken({ service, port, holder }: TakenPort): string {
  return `${service} can't have port ${port}: ${describeHolder(holder)} listens there.`;
}

/** One error for all of them: a user should not meet the second after the first is fixed. */
export function takenPortsError(
  taken: readonly [TakenPort, ...TakenPort[]],
  stackName: string,
): PortTakenError {
  const [first, ...others] = taken;
  const settings = taken.map(({ setting }) => setting).join(", ");
  return new PortTakenError(
    others.length === 0
      ? describeTaken(first)
      : `${taken.length} of the stack's ports are taken by others.`,
    {
      ports: taken.map(({ port }) => port),
      details: others.length === 0 ? [] : taken.map(describeTaken),
      remedy:
        `Run ./stack up --auto-ports to move to free ports; or stop ` +
        `what listens there, or set ${settings} in ${dotenvFileName(stackName)}, and run ` +
        `./stack up again.`,
    },
  );
}
