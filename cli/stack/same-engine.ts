import { StackError } from "../../infra/stack-error.ts";
import { engineAddress, recordedAddress } from "../pulumi/engine-address.ts";
import { recordAddress } from "../pulumi/record-address.ts";
import { resourcesOf, resourceTypes, type StackState } from "../pulumi/stack-state.ts";
import type { StackMarks } from "../docker/docker-client.ts";
import { listDataVolumes } from "./data-formats.ts";
import type { World } from "./divergence.ts";
import type { Session } from "./session.ts";

/** What of the stack an engine has. */
export type SeenOnEngine = Pick<World, "containers" | "networks">;

/**
 * Makes sure that the state describes the Docker engine of this session. On another one everything of the
 * stack would look as if it were gone, and be made a second time.
 *
 * An engine has many addresses: it is the same one where anything of the stack is found on it.
 *
 * @throws StackError where the stack is on another engine.
 */
export async function requireSameEngine(
  { docker, engine, workspace }: Pick<Session, "docker" | "engine" | "workspace">,
  state: StackState,
  world: SeenOnEngine,
  marks: StackMarks,
): Promise<void> {
  const recorded = recordedAddress(state);
  const address = engineAddress(engine.environment);
  if (recorded === undefined || recorded === address) return;
  const volumes = await listDataVolumes(docker, marks);
  if (isFoundOn(state, { world, volumes: volumes.map(({ name }) => name) })) return;
  throw otherEngineError(workspace.stackName, recorded, address);
}

/** The same, for commands that change something: the state then has the address of this session. */
export async function settleEngine(
  session: Pick<Session, "docker" | "engine" | "workspace">,
  state: StackState,
  world: SeenOnEngine,
  marks: StackMarks,
): Promise<void> {
  await requireSameEngine(session, state, world, marks);
  const recorded = recordedAddress(state);
  if (recorded === undefined || recorded === engineAddress(session.engine.environment)) return;
  await recordAddress(session.workspace, session.engine);
}

/** Whether an engine has anything that the state knows; a state that knows nothing is at home anywhere. */
export function isFoundOn(
  state: StackState,
  { world, volumes }: { readonly world: SeenOnEngine; readonly volumes: readonly string[] },
): boolean {
  const { container, network, volume } = resourceTypes;
  const containers = world.containers.map(({ id }) => id);
  const known = [container, network, volume].flatMap((type) => resourcesOf(state, type));
  return (
    known.length === 0 ||
    known.some(({ type, id, outputs }) => {
      if (type === volume) return volumes.includes(String(outputs?.["name"]));
      return (type === container ? containers : world.networks).includes(id ?? "");
    })
  );
}

function otherEngineError(stackName: string, recorded: string, address: string): StackError {
  return new StackError(
    `The stack ${stackName} is on the Docker engine at ${recorded}, and nothing of it on the one at ${address}.`,
    {
      remedy:
        `Run the command with DOCKER_HOST=${recorded}, or start another stack here: ` +
        "./stack --stack NAME up. docs/state.md says what to do where that engine is gone for good.",
    },
  );
}
