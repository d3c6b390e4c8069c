import type { RegistryImage } from "../../infra/images/registry-images.ts";
import { dockerHub, imageLocation } from "../../infra/images/registry-mirror.ts";
import type { Dependency } from "./dependency.ts";
import { mapFew } from "../os/map-few.ts";
import { listTags, type TagSource } from "./list-tags.ts";
import { isNewerTag, newestTag, tagParts } from "./tag-shape.ts";

const where = "infra/images/registry-images.json";

/** Where Docker Hub lists its tags. */
const dockerHubApi = "https://index.docker.io";

/** All of one image's questions together. */
const patienceMilliseconds = 30_000;

export interface ImageCheck {
  /** The engine's mirrors of Docker Hub, asked before it: "https://mirror.example". */
  readonly mirrors: readonly string[];
  readonly signal: AbortSignal;
}

/** The published images that stacks with IMAGE_SOURCE=registry run. */
export function checkImages(
  images: Readonly<Record<string, RegistryImage>>,
  options: ImageCheck,
): Promise<Dependency[]> {
  return mapFew(2, Object.values(images), (image) => checkImage(image, options));
}

async function checkImage(image: RegistryImage, options: ImageCheck): Promise<Dependency> {
  const { repository, tag: pinned } = image;
  const common = { area: "images", name: repository, where, pinned, scope: "runtime" } as const;
  if (!tagParts(pinned)) {
    const todo = "Its tag has no version: ./stack images lock writes down what is behind it now.";
    return { ...common, state: "current", todo };
  }
  const tags = await tagsFrom(tagSources(repository, options.mirrors), options.signal);
  if ("unanswered" in tags) return { ...common, state: "unanswered", todo: tags.unanswered };
  const newest = newestTag(pinned, tags.value);
  if (newest === undefined) {
    return { ...common, state: "unanswered", todo: "Its registry has no tag of this kind." };
  }
  if (!isNewerTag(pinned, newest)) return { ...common, newest, state: "current", todo: "" };
  const todo = `Read its release notes, write the tag into ${where}, then ./stack images lock`;
  return { ...common, newest, state: "behind", todo };
}

/** The first source that answers; a mirror may have less than what it mirrors, and says so by a 404. */
async function tagsFrom(sources: readonly TagSource[], signal: AbortSignal) {
  const within = AbortSignal.any([signal, AbortSignal.timeout(patienceMilliseconds)]);
  let why = "";
  for (const source of sources) {
    try {
      return { value: await listTags(source, within) };
    } catch (error) {
      signal.throwIfAborted();
      why = causeOf(error);
    }
  }
  return { unanswered: `Its registry did not answer: ${why}` };
}

/** Where a repository's tags are listed: on Docker Hub by the engine's mirrors first. */
export function tagSources(reference: string, mirrors: readonly string[]): TagSource[] {
  const { registry, path: repository } = imageLocation(reference);
  if (registry === dockerHub) {
    return [...mirrors, dockerHubApi].map((base) => ({ base, repository }));
  }
  // Docker, too, speaks plainly with this machine itself.
  const scheme = /^(localhost|127\.)/.test(registry) ? "http" : "https";
  return [{ base: `${scheme}://${registry}`, repository }];
}

/** "fetch failed" says nothing; what it wraps does. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error;
  const inner =
    cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : "";
  return inner === "" ? message : inner;
}
