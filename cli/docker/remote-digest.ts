import type Docker from "dockerode";
import type { RegistryCredentials } from "./images/registry-credentials.ts";

/** The part of the engine's answer about a published image that we read. */
interface Distribution {
  readonly Descriptor?: { readonly digest?: string };
}

export interface DigestQuestion {
  readonly credentials?: RegistryCredentials | undefined;
  /** How long the registry may take; as long as the engine waits, when absent. */
  readonly patienceMilliseconds?: number;
  readonly signal?: AbortSignal;
}

/**
 * The digest that a registry has behind `reference` now, for all its platforms.
 *
 * The engine asks, with its own mirrors, proxies and certificates; nothing is pulled.
 *
 * @throws the engine's error where no registry answers or it has no such tag, or one that says that
 *   no answer came in time.
 */
export async function remoteDigest(
  docker: Docker,
  reference: string,
  { credentials, patienceMilliseconds, signal }: DigestQuestion = {},
): Promise<string> {
  const asked = docker.getImage(reference).distribution({
    ...(credentials && { authconfig: credentials }),
  }) as Promise<Distribution>;
  const answer = await unlessGivenUp(asked, patienceMilliseconds, signal);
  const digest = answer.Descriptor?.digest;
  if (digest === undefined) throw new Error(`The registry gave no digest for ${reference}.`);
  return digest;
}

/** The engine's client can't take a question back; its answer is then for nobody. */
async function unlessGivenUp<T>(
  answer: Promise<T>,
  patienceMilliseconds: number | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const givenUp = Promise.withResolvers<never>();
  const giveUp = () => {
    givenUp.reject(signal?.reason as Error);
  };
  signal?.addEventListener("abort", giveUp, { once: true });
  const tooLate = () => {
    givenUp.reject(new Error(`no answer within ${(patienceMilliseconds ?? 0) / 1000} s`));
  };
  const timer = patienceMilliseconds && setTimeout(tooLate, patienceMilliseconds);
  try {
    return await Promise.race([answer, givenUp.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}
