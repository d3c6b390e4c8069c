import { execFileSync } from "node:child_process";
import { eventually } from "../support/eventually.ts";

/**
 * The image of a service that a stack on this machine uses, the newest where there are several.
 *
 * @throws Error where there is none yet: the first `./stack up` makes it.
 */
export function stackImage(service: string): string {
  const image = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")
    .split("\n")
    .find((name) => name.includes(`/${service}:`));
  if (image === undefined) throw new Error(`There is no image of ${service} here: run ./stack up.`);
  return image;
}

export function docker(...words: string[]): string {
  const stdio = ["ignore", "pipe", "pipe"] as const;
  return execFileSync("docker", words, { encoding: "utf8", stdio: [...stdio] }).trim();
}

/**
 * Waits until the container's server answers with 200.
 *
 * @throws Error where the container has ended.
 */
export function untilItAnswers(id: string, address: string, patienceMs: number): Promise<void> {
  const isReady = async () => {
    docker("inspect", id);
    return (await fetch(address).catch(() => undefined))?.status === 200;
  };
  return eventually(isReady, `${address} answers`, patienceMs);
}
