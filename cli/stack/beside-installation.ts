import type { Surroundings } from "./surroundings.ts";

type Confirm = Surroundings["confirm"];

/**
 * Does `work` beside an installation, from the moment that the user has agreed to it: one waits for the network
 * while the other computes. What fails first ends the other.
 *
 * @param install is to ask with the function that it is given.
 */
export async function besideInstallation<T>(
  { confirm, signal }: Pick<Surroundings, "confirm" | "signal">,
  install: (confirm: Confirm, signal: AbortSignal) => Promise<T>,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<T> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  let working: Promise<unknown> | undefined;
  const confirmed: Confirm = async (question) => {
    const isAgreed = await confirm(question);
    if (isAgreed && working === undefined) {
      working = work(both);
      // Heard below.
      working.catch(() => undefined);
    }
    return isAgreed;
  };
  try {
    const installed = await install(confirmed, both);
    await working;
    return installed;
  } catch (error) {
    failed.abort(error);
    await working?.catch(() => undefined);
    throw error;
  }
}
