import type Docker from "dockerode";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";

/** As the kernel of the engine's machine has them, by Node's names. */
const machineNames: Readonly<Partial<Record<NodeJS.Architecture, readonly string[]>>> = {
  x64: ["x86_64", "amd64"],
  arm64: ["aarch64", "arm64"],
};

/**
 * Refuses to make the first layer of every image here for an engine whose processor is another one: it is
 * made of this machine's packages.
 */
export async function requireSameArchitecture(
  docker: Docker,
  { images }: Pick<DesiredStack, "images">,
  here: NodeJS.Architecture = process.arch,
): Promise<void> {
  if ("kept" in images || !("script" in images.base)) return;
  const { Architecture: there } = (await docker.info()) as { Architecture: string };
  if (machineNames[here]?.includes(there) ?? true) return;
  throw new StackError(
    `Images can't be built for the engine: it runs on ${there}, this machine on ${here}.`,
    {
      remedy:
        "Run ./stack up on a machine with that processor, or set IMAGE_SOURCE=registry in the stack's .env file.",
    },
  );
}
