import type { SettingName } from "../../infra/settings/definitions.ts";
import { dotenvFileName } from "../../infra/stack-name.ts";
import type { ParsedSettings } from "../../infra/settings/parse.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";
import { listContainers } from "../docker/container-state.ts";
import { setPortsInEnvFile } from "../stack/env-file.ts";
import type { Session } from "../stack/session.ts";
import { stacksOfClone } from "../stack/stacks-of-clone.ts";
import { describeHolder, type WantedPort, wantedPorts } from "./port-plan.ts";
import { takenPorts } from "./require-free-ports.ts";

/** A port that a service can't or should not have, and the one that it gets. */
export interface PortMove {
  readonly service: string;
  readonly setting: string;
  readonly from: number;
  readonly to: number;
  /** What the port is: "in use by …". */
  readonly because: string;
}

/** Remembers the moves in the stack's `.env` file. */
export function rememberMoves(
  { workspace: { root, stackName } }: Pick<Session, "workspace">,
  moves: readonly PortMove[],
): void {
  const values = Object.fromEntries(moves.map(({ setting, to }) => [setting, String(to)]));
  if (moves.length > 0) setPortsInEnvFile(root, stackName, values);
}

/**
 * Finds free ports for services whose own is taken, or is a default that another stack of this clone
 * has too. Changes nothing.
 *
 * @param lost ports that were free when they were chosen, and taken when Docker asked for them.
 * @throws StackError where a taken port comes from the environment, which no file can change.
 */
export async function planMoves(
  { docker, machine, workspace: { root, stackName } }: Session,
  desired: DesiredStack,
  { origins }: Pick<ParsedSettings, "origins">,
  lost: readonly number[] = [],
): Promise<PortMove[]> {
  const wanted = wantedPorts(desired.specs);
  const own = await listContainers(docker, desired.identity);
  const held = new Set(own.flatMap(({ ports }) => ports));
  const taken = await takenPorts(docker, machine, root, wanted, own);
  const others = stacksOfClone(root).filter((stack) => stack.stackName !== stackName);
  const reason = ({ setting, port }: WantedPort): string | undefined => {
    const holder = taken.find((each) => each.port === port)?.holder;
    if (holder) return `in use by ${describeHolder(holder)}`;
    if (lost.includes(port)) return "in use by another process";
    if (held.has(`127.0.0.1:${port}`) || origins[setting as SettingName] !== "default") return;
    const other = others.find(({ ports }) => ports.includes(port));
    return other && `the port of the stack ${other.stackName}`;
  };
  const moves = await chooseMoves(wanted, reason, {
    avoid: [...lost, ...others.flatMap(({ ports }) => ports)],
    isFree: machine.isFree,
  });
  const fixed = moves.find(({ setting }) => origins[setting as SettingName] === "the environment");
  if (fixed) throw environmentError(fixed);
  return moves;
}

/** A hundred higher, and again, until it is nobody's: 8000 becomes 8100, which is easy to remember. */
export async function chooseMoves(
  wanted: readonly WantedPort[],
  reason: (wanted: WantedPort) => string | undefined,
  world: { avoid: readonly number[]; isFree: (port: number) => Promise<boolean> },
): Promise<PortMove[]> {
  const avoided = new Set([...world.avoid, ...wanted.map(({ port }) => port)]);
  const moves: PortMove[] = [];
  for (const each of wanted) {
    const because = reason(each);
    if (because === undefined) continue;
    let to = each.port + 100;
    while (avoided.has(to) || (to <= 65_535 && !(await world.isFree(to)))) to += 100;
    if (to > 65_535) throw noPortError(each);
    avoided.add(to);
    moves.push({ service: each.service, setting: each.setting, from: each.port, to, because });
  }
  return moves;
}

function environmentError({ service, setting, from, because }: PortMove): StackError {
  return new StackError(`${service} can't have port ${from}, which is ${because}.`, {
    remedy:
      `${setting} comes from the environment, which is stronger than ${dotenvFileName("NAME")}: ` +
      "set another there, or unset it, and run the command again.",
  });
}

function noPortError({ service, setting, port }: WantedPort): StackError {
  return new StackError(`No free port was found for ${service} above ${port}.`, {
    remedy: `Set ${setting} to a free port.`,
  });
}
