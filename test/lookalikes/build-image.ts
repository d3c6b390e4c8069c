import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import tar from "tar-stream";
import type { PlannedImage } from "../../infra/image-plan.ts";
import { contextFileHashes } from "../../infra/sources.ts";

/** One line of the engine's answer to a build. */
interface Progress {
  readonly id?: string;
  readonly aux?: unknown;
  readonly error?: string;
}

/**
 * Builds an image with the engine's own BuildKit: Docker's command needs a plugin for that.
 *
 * Secrets of a build come through a session that only Docker's command and the Pulumi provider keep
 * open. Ours are the network's settings, which a build can do without where nothing is in between.
 *
 * @throws Error with the end of what the build printed.
 */
export async function buildImage(
  docker: Docker,
  root: string,
  { tag, context, dockerfile, target, buildArgs }: PlannedImage,
): Promise<void> {
  const answer = await docker.buildImage(archiveOf(join(root, context), dockerfile), {
    t: tag,
    version: "2",
    dockerfile,
    ...(target !== undefined && { target }),
    buildargs: { ...buildArgs },
  });
  const printed: string[] = [];
  let failure: string | undefined;
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      answer,
      (error) => {
        const reason = error?.message ?? failure;
        if (reason === undefined) resolve();
        else reject(new Error(`${tag}: ${reason}\n${endOf(printed)}`));
      },
      ({ id, aux, error }: Progress) => {
        if (id === "moby.buildkit.trace" && typeof aux === "string") printed.push(readable(aux));
        // The stream ends well all the same.
        failure ??= error;
      },
    );
  });
}

function archiveOf(folder: string, dockerfile: string): NodeJS.ReadableStream {
  const pack = tar.pack();
  for (const name of Object.keys(contextFileHashes(folder))) {
    const path = join(folder, name);
    const content = readFileSync(path);
    const sent = name === dockerfile ? withoutSecrets(content.toString()) : content;
    pack.entry({ name, mode: statSync(path).mode & 0o777 }, sent);
  }
  pack.finalize();
  return pack;
}

function withoutSecrets(dockerfile: string): string {
  return dockerfile.replaceAll(/--mount=type=secret,\S+ /g, "");
}

/** BuildKit's own records are binary; what the build printed is text inside them. */
function readable(trace: string): string {
  return Buffer.from(trace, "base64")
    .toString("latin1")
    .replaceAll(/sha256:[0-9a-f]{64}|[^\n\x20-\x7e]+/g, " ");
}

/** Its last lines, each once: the records repeat the step's name all the time. */
function endOf(printed: readonly string[]): string {
  const lines = printed.flatMap((text) => text.split("\n")).map((line) => line.trim());
  const telling = lines.filter((line) => line.length > 12 && !line.includes("[internal]"));
  return [...new Set(telling)].slice(-40).join("\n");
}
