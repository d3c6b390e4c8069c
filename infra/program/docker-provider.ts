import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

/** The Docker engine that a stack is for. */
export interface EngineOptions {
  /** The engine's address in the form of DOCKER_HOST. */
  readonly host: string;
  /**
   * True where the caller has made sure that this is the engine that the stack is on, whatever its
   * address was before. Otherwise another address than that in the state is an error.
   */
  readonly isKnown?: boolean;
}

/**
 * The provider that `parent` was given, or one whose address is in the state: so the state says which
 * engine it describes, and `pulumi destroy` and `pulumi refresh` work on that one.
 */
export function dockerProvider(
  parent: pulumi.ComponentResource,
  { host, isKnown = false }: EngineOptions,
): pulumi.ProviderResource {
  const given = parent.getProvider("docker:index/container:Container");
  if (given) return given;
  // The state's own address stays: an update with another one would take containers here for those there.
  const ignoreChanges = isKnown ? [] : ["host"];
  const provider = new docker.Provider("docker", { host }, { parent, ignoreChanges });
  if (!isKnown) {
    provider.host.apply((recorded = host) => {
      if (recorded !== host) void refuse(provider, recorded, host);
    });
  }
  return provider;
}

/** Pulumi's own number for a program that has logged what a user can act on. */
const loggedExitCode = 32;

/** An error in `apply` would be shown with its stack, and the rest of the program would go on. */
async function refuse(provider: docker.Provider, recorded: string, host: string): Promise<void> {
  const message =
    `The stack ${pulumi.getStack()} is on the Docker engine at ${recorded}, and this program would ` +
    `use ${host}.\nSet DOCKER_HOST=${recorded}, or use another stack for this engine. docs/state.md says ` +
    "what to do where an engine has another address now, or is gone.";
  await pulumi.log.error(message, provider);
  process.exit(loggedExitCode);
}
