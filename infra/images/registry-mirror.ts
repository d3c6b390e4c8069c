/** Where each registry's images are pulled from instead; "" is for every registry that is not named. */
export type RegistryMirrors = ReadonlyMap<string, string>;

/** The registry of names without a host, in the one spelling that we use for it. */
export const dockerHub = "docker.io";

/** Where a published image is: "debian" is library/debian on docker.io. */
export interface ImageLocation {
  /** "docker.io", "ghcr.io", "registry.example.com:5000". */
  readonly registry: string;
  /** The path on that registry, with what follows it: "library/debian:bookworm-slim". */
  readonly path: string;
}

/** Reads a repository or a reference as Docker does: a first element with "." or ":" is a host. */
export function imageLocation(reference: string): ImageLocation {
  const [first = "", ...rest] = reference.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = isHost ? canonicalRegistry(first) : dockerHub;
  const path = isHost ? rest.join("/") : reference;
  const official = registry === dockerHub && !path.includes("/");
  return { registry, path: official ? `library/${path}` : path };
}

/** Docker Hub has more names than one. */
export function canonicalRegistry(registry: string): string {
  return ["index.docker.io", "registry-1.docker.io"].includes(registry) ? dockerHub : registry;
}

/**
 * The same image behind its registry's mirror; the reference itself where there is none.
 *
 * The mirror for every registry is told them apart by their names: `debian` on `mirror.example` is
 * `mirror.example/docker.io/library/debian`. Tag and digest stay as they are.
 */
export function mirroredReference(reference: string, mirrors: RegistryMirrors): string {
  const { registry, path } = imageLocation(reference);
  const own = mirrors.get(registry);
  if (own !== undefined) return `${own}/${path}`;
  const general = mirrors.get("");
  return general === undefined ? reference : `${general}/${registry}/${path}`;
}

const host = String.raw`(?:localhost|(?:[\w-]+\.)+[\w-]+|[\w-]+(?=:))(?::\d{1,5})?`;
const path = String.raw`(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*`;
// A host needs a "." or a port, as in Docker itself: otherwise it would be a user of Docker Hub.
const entry = new RegExp(String.raw`^(?:(${host})=)?(${host}${path})/?$`);

export const acceptedMirrors =
  "pairs such as docker.io=registry.example.com/hub,ghcr.io=registry.example.com:5000/ghcr, or one " +
  "registry.example.com/prefix for all; hosts without https://";

/** Reads IMAGE_REGISTRY_MIRROR; undefined where it is wrong: a form, or two mirrors for one registry. */
export function parseMirrors(text: string): RegistryMirrors | undefined {
  const mirrors = new Map<string, string>();
  for (const part of text.split(",").map((each) => each.trim())) {
    if (part === "") continue;
    const [, registry, mirror] = entry.exec(part) ?? [];
    const key = registry === undefined ? "" : canonicalRegistry(registry);
    if (mirror === undefined || mirrors.has(key)) return undefined;
    mirrors.set(key, mirror);
  }
  return mirrors;
}
