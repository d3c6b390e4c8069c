import { docker } from "./system-stack.ts";

/** Names, owners, modes and contents of all that is in a volume, as one hash. */
export function volumeDigest(image: string, volume: string): string {
  const names = "find . -printf '%p %U:%G %m %y\\n' | sort";
  const contents = "find . -type f -print0 | sort -z | xargs -0r sha256sum";
  const script = `cd /volume && { ${names}; ${contents}; } | sha256sum`;
  const mount = `${volume}:/volume:ro`;
  return docker("run", "--rm", "-v", mount, "--entrypoint", "bash", image, "-c", script);
}
