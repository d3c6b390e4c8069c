import type Docker from "dockerode";
import { loadNetworkSettings } from "../../infra/load-network-settings.ts";
import type { ParsedSettings } from "../../infra/settings/parse.ts";
import { dockerClient, type EngineAddress } from "../docker/docker-client.ts";
import { engineEnvironment } from "../docker/host/engine-environment.ts";
import { engineMachine, type EngineMachine } from "../docker/host/engine-machine.ts";
import { requireDockerHost } from "../docker/host/find-docker-host.ts";
import { type Workspace, workspaceOf } from "../os/workspace.ts";
import type { Engine } from "../pulumi/engine.ts";
import { endLostProcesses, engineMark } from "../pulumi/engine-processes.ts";
import { removeTornAttributes } from "../pulumi/torn-attributes.ts";
import { besideInstallation } from "./beside-installation.ts";
import { engineProgram } from "./engine-program.ts";
import { passphraseOf } from "./passphrase.ts";
import { hasRestoreFile } from "./restore-file.ts";
import type { Surroundings } from "./surroundings.ts";

/** A stack with its tools at hand. What a command may not need is got when it asks for it. */
export interface Session {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly docker: Docker;
  /** How Docker's engine is reached. */
  readonly address: EngineAddress;
  /** Where the engine runs, and so the stack's ports are. */
  readonly machine: EngineMachine;
  /** Every setting as it is now; rejects where one is wrong or a secret is missing. */
  readonly settings: () => Promise<ParsedSettings>;
}

/** For any command that works on the stack; installs and starts no Docker engine. */
export async function openSession(surroundings: Surroundings): Promise<Session> {
  const { environment } = surroundings;
  return session(surroundings, await requireDockerHost({ environment }));
}

/** The same for `up`: a Docker engine that is missing is installed and started, after saying so. */
export async function prepareSession(surroundings: Surroundings): Promise<Session> {
  const { environment, report } = surroundings;
  const [{ ensureEngine }, { thisMachine }] = await Promise.all([
    import("../docker/host/docker-host.ts"),
    import("../docker/host/machine.ts"),
  ]);
  const host = await besideInstallation(
    surroundings,
    (confirm, signal) =>
      ensureEngine(thisMachine(environment), { environment, report, confirm, signal }),
    (signal) => engineProgram({ ...surroundings, signal }, environment)(),
  );
  return session(surroundings, host);
}

async function session(surroundings: Surroundings, address: EngineAddress): Promise<Session> {
  const { root, stackName } = surroundings;
  const workspace = workspaceOf(root, stackName);
  if (hasRestoreFile(workspace)) {
    const { warnOfUnfinishedRestore } = await import("./restore-journal.ts");
    warnOfUnfinishedRestore(workspace, surroundings.report);
  }
  endLostProcesses(workspace);
  removeTornAttributes(workspace);
  const engine = await engineOf(surroundings, workspace, address);
  return {
    workspace,
    engine,
    docker: dockerClient(address),
    address,
    machine: engineMachine(address),
    settings: async () => {
      const { currentSettings } = await import("./read-settings.ts");
      return currentSettings(surroundings, engine);
    },
  };
}

/** The environment in which the engine, its plugins and our own commands run, and the way to the engine. */
async function engineOf(
  surroundings: Surroundings,
  workspace: Workspace,
  address: EngineAddress,
): Promise<Engine> {
  const { environment: own } = surroundings;
  const environment = {
    ...engineEnvironment(own, address),
    ...passphraseOf(own, workspace),
    ...engineMark(workspace),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Built without C, the engine can't look up a user and gives up where cron or `su` set none.
    USER: own["USER"] ?? own["LOGNAME"] ?? "stack",
  };
  return {
    environment,
    network: await loadNetworkSettings(surroundings),
    program: engineProgram(surroundings, environment),
  };
}
