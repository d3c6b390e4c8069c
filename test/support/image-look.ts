import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-stream";

/** What is at a path of an image. */
export interface FoundPath {
  readonly type: string;
  /** "uid:gid". */
  readonly owner: string;
  /** Four octal digits. */
  readonly mode: string;
}

/** A look into an image from outside: the image may have no shell, and nothing of it is run. */
export class ImageLook {
  readonly #container: Docker.Container;
  readonly #path: readonly string[];

  private constructor(container: Docker.Container, path: readonly string[]) {
    this.#container = container;
    this.#path = path;
  }

  static async into(docker: Docker, image: string): Promise<ImageLook> {
    const { Config } = await docker.getImage(image).inspect();
    const path = Config.Env.find((line) => line.startsWith("PATH="))?.slice("PATH=".length);
    const container = await docker.createContainer({ Image: image, Cmd: ["never-run"] });
    return new ImageLook(container, path?.split(":") ?? []);
  }

  /** The file or folder at `path`, links followed up to the last part; undefined where there is none. */
  async at(path: string): Promise<FoundPath | undefined> {
    const answer = await unlessMissing(this.#container.getArchive({ path }));
    return answer && firstEntry(Readable.from(answer as AsyncIterable<Buffer>));
  }

  /** Where a program is: on PATH, or at the whole path that its name is. */
  async program(name: string): Promise<string | undefined> {
    const candidates = name.startsWith("/") ? [name] : this.#path.map((part) => `${part}/${name}`);
    for (const candidate of candidates) {
      if (await unlessMissing(this.#container.infoArchive({ path: candidate }))) return candidate;
    }
    return undefined;
  }

  /** Leaves nothing behind, volumes of the image included. */
  async end(): Promise<void> {
    await this.#container.remove({ v: true });
  }
}

/** The first entry of an archive is the path itself; a folder's contents follow. */
async function firstEntry(archive: Readable): Promise<FoundPath | undefined> {
  const extract = tar.extract();
  let first: FoundPath | undefined;
  extract.on("entry", ({ type, uid = 0, gid = 0, mode = 0 }, content, next) => {
    const octal = (mode & 0o7777).toString(8).padStart(4, "0");
    first ??= { type: type ?? "file", owner: `${uid}:${gid}`, mode: octal };
    content.on("end", next).resume();
  });
  // To its end: an engine that is left in the middle of it can't remove the container.
  await pipeline(archive, extract);
  return first;
}

async function unlessMissing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}
