import { docker } from "./system-stack.ts";

/** The name by which containers reach this machine, where they were started with `hostOption`. */
export const thisMachine = "host.docker.internal";

export const hostOption = ["--add-host", `${thisMachine}:host-gateway`] as const;

/** The address of this machine that its own containers reach, and no other machine. */
export function engineGateway(image: string): string {
  const question = ["--entrypoint", "getent", image, "hosts", thisMachine];
  return docker("run", "--rm", ...hostOption, ...question).split(/\s/)[0] ?? "";
}
