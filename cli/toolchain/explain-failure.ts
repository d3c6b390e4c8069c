import { StackError } from "../../infra/stack-error.ts";
import { ProcessFailure } from "../os/run-process.ts";

interface Explanation {
  readonly sign: RegExp;
  readonly why: string;
  readonly remedy: string;
}

const explanations: readonly Explanation[] = [
  {
    sign: /no space left on device|ENOSPC|disk quota exceeded/i,
    why: "the disk is full",
    remedy:
      "Free about 3 GB on the disk of the cache directory, or set XDG_CACHE_HOME and GOCACHE to " +
      "a larger one. Then run the same command again; it goes on where it stopped.",
  },
  {
    sign: /no such host|name resolution|dial tcp|connection (refused|reset|timed out)|i\/o timeout|TLS handshake|certificate|ConnectionError|NewConnectionError|No matching distribution|\b(403|404|407|410|502|503)\b/i,
    why: "the package registry could not be reached",
    remedy:
      "Check the network, or point GOPROXY (Go modules) and PIP_INDEX_URL (PyPI) to your mirrors. " +
      "Then run the same command again. Or install Pulumi and its docker plugin yourself.",
  },
  {
    sign: /signal: killed|cannot allocate memory|out of memory/i,
    why: "there was not enough memory",
    remedy: "Give it 3 GB of free memory, or set GOMAXPROCS=1. Then run the same command again.",
  },
];

/** One clear error for a tool that could not be made, with the end of what the program said. */
export function explainFailure(subject: string, error: unknown): Error {
  if (error instanceof StackError) return error;
  if (!(error instanceof ProcessFailure)) return asDiskError(subject, error);
  const said = error.tail.filter((line) => !isProgress(line)).slice(-12);
  const details = [error.message, ...said];
  const known = explanations.find(({ sign }) => sign.test(details.join("\n")));
  const why = known ? `: ${known.why}` : "";
  return new StackError(`The ${subject} could not be made${why}.`, {
    details,
    remedy:
      known?.remedy ??
      "Install Pulumi and its docker plugin yourself, and it is used instead. Or run the same " +
        "command again: what was compiled so far is kept.",
    cause: error,
  });
}

/** A name that `go build -v` prints as it comes to a package. */
export function isProgress(line: string): boolean {
  return /^[\w.-]+(\/[\w.~-]+)*$/.test(line);
}

function asDiskError(subject: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const known = explanations.find(({ sign }) => sign.test(message));
  if (!known) return error instanceof Error ? error : new Error(message);
  return new StackError(`The ${subject} could not be made: ${known.why}.`, {
    remedy: known.remedy,
    cause: error,
  });
}
