import type Docker from "dockerode";

/** The part of the engine's answer about a published image that we read. */
interface Distribution {
  readonly Descriptor?: { readonly digest?: string };
}

/**
 * The digest that a registry has behind `repository:tag` now, for all its platforms.
 *
 * The engine asks, with its own mirrors, proxies and credentials; nothing is pulled.
 *
 * @throws the engine's error where no registry answers or it has no such tag.
 */
export async function remoteDigest(docker: Docker, name: string): Promise<string> {
  const answer = (await docker.getImage(name).distribution()) as Distribution;
  const digest = answer.Descriptor?.digest;
  if (digest === undefined) throw new Error(`The registry gave no digest for ${name}.`);
  return digest;
}

/**
 * The same for a question that may be given up.
 *
 * @throws the engine's error, or one that says that no answer came in time.
 */
export async function remoteDigestWithin(
  patienceMilliseconds: number,
  docker: Docker,
  name: string,
): Promise<string> {
  const tooLate = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    tooLate.reject(new Error(`no answer within ${patienceMilliseconds / 1000} s`));
  }, patienceMilliseconds);
  try {
    return await Promise.race([remoteDigest(docker, name), tooLate.promise]);
  } finally {
    clearTimeout(timer);
  }
}
