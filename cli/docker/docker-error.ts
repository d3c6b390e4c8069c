import { StackError } from "../../infra/stack-error.ts";

/** An answer of the engine's that is not a success, as its client throws it. */
interface Refusal extends Error {
  readonly statusCode: number;
  readonly json?: { readonly message?: unknown } | null;
}

/** The connection to the engine failed, or ended before the answer. */
export class EngineConnectionError extends StackError {
  /** The system's word for it, such as ECONNREFUSED. */
  readonly code: string | undefined;

  constructor(host: string, cause: Error) {
    super(`The Docker engine at ${host} does not answer: ${cause.message}.`, {
      remedy: "Check that Docker runs (./stack doctor), and run the command again.",
      cause,
    });
    this.code = (cause as NodeJS.ErrnoException).code;
  }
}

/**
 * What Docker refuses, in words that a user can act on; undefined where it is not an answer of Docker's,
 * or one to a request that was wrong: that is a bug of ours.
 */
export function dockerError(error: unknown): StackError | undefined {
  if (!isRefusal(error) || error.statusCode === 400) return undefined;
  const said = wordsOf(error);
  const known = knownRefusals.find(({ pattern }) => pattern.test(said));
  return new StackError(`${known?.message ?? "Docker refused a request"}: ${said}.`, {
    remedy:
      known?.remedy ??
      "Run ./stack doctor, and the command again. If it stays so, Docker's own log says more " +
        "(journalctl -u docker).",
    cause: error,
  });
}

function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && typeof (error as Partial<Refusal>).statusCode === "number";
}

function wordsOf({ json, message }: Refusal): string {
  const said = typeof json?.message === "string" ? json.message : message;
  return said.trim().replace(/\.$/, "");
}

const knownRefusals = [
  {
    pattern: /no space left on device/,
    message: "Docker's disk is full",
    remedy: "Free some space, docker system df shows what takes it; then run the command again.",
  },
  {
    pattern: /is paused/,
    message: "A container is paused",
    remedy: "Resume it with docker unpause NAME, or run ./stack up, which replaces it.",
  },
  {
    pattern: /^(no such|\w+ .* not found)/i,
    message: "Something disappeared while the command worked on it",
    remedy: "Run the command again; ./stack up makes what is missing.",
  },
] as const;
