/**
 * Why a registry gave no image, as far as the engine's words tell:
 *
 * - unreachable: no name, no route, nobody listens; on a closed network it is always this
 * - rate-limit: too many pulls; fixed by a login or by time
 * - login: no credentials, wrong ones, or no right to the image
 * - missing: the registry answers, and has no such image for this machine
 * - engine: Docker itself does not answer; no registry was asked
 * - proxy, certificate: something between the engine and the registry wants to be configured
 * - no-answer, server, broken: they pass by themselves, sometimes
 */
export type FailureKind =
  | "engine"
  | "unreachable"
  | "rate-limit"
  | "login"
  | "missing"
  | "proxy"
  | "certificate"
  | "no-answer"
  | "server"
  | "broken"
  | "disk"
  | "unknown";

export interface RegistryFailure {
  readonly kind: FailureKind;
  /** The engine's own words, in one line, without credentials. */
  readonly words: string;
  /** How long the registry wants to be left alone, where it says so. */
  readonly retryAfterMilliseconds?: number;
}

/**
 * The engine has one code for nearly all of it (500), so its words decide. Docker's own store,
 * containerd's and Docker Desktop word things differently. The first that matches counts: a proxy that
 * refuses a connection is not a closed network, and "denied" by a firewall is not a login.
 */
const signs: readonly (readonly [FailureKind, RegExp])[] = [
  ["disk", /no space left on device|disk quota exceeded/i],
  [
    "rate-limit",
    /toomanyrequests|too many requests|\b429\b|rate (limit )?exceeded|pull rate limit/i,
  ],
  ["proxy", /proxyconnect|proxy authentication required|\b407\b|socks connect/i],
  ["certificate", /x509|certificate|server gave HTTP response to HTTPS client|tls: (?!handshake)/i],
  [
    "no-answer",
    /i\/o timeout|handshake timeout|Client\.Timeout|deadline exceeded|awaiting headers|no answer within|connection timed out|server misbehaving|temporary failure in name resolution|try again/i,
  ],
  [
    "unreachable",
    /no such host|name or service not known|connection refused|actively refused|no route to host|network is unreachable|host is (down|unreachable)|connect: (operation not permitted|permission denied|cannot assign)/i,
  ],
  [
    "missing",
    /manifest ?unknown|name ?unknown|no matching manifest|no such manifest|(manifest|reference|image) .*not found|: not found|\b404\b/i,
  ],
  [
    "login",
    /unauthorized|authentication required|no basic auth credentials|incorrect username or password|access denied|denied|forbidden|restricted by your administrators|\b40[13]\b/i,
  ],
  [
    "server",
    /unexpected (HTTP )?status[^]*\b5\d\d\b|\b50[0234]\b|HTTP 5\d\d|bad gateway|unavailable/i,
  ],
  [
    "broken",
    /\bEOF\b|connection reset|broken pipe|aborted|forcibly closed|short read|GOAWAY|stream error|closed network connection|verification failed|failed to copy|stopped sending/i,
  ],
];

/** What an error of the engine, or of a pull's stream, says of the registry. */
export function registryFailure(error: unknown): RegistryFailure {
  const words = oneLine(wordsOf(error));
  const isEngineAway = (error as { syscall?: unknown }).syscall === "connect";
  const sign = signs.find(([, pattern]) => pattern.test(words));
  const kind = isEngineAway ? "engine" : (sign?.[0] ?? "unknown");
  const later = kind === "rate-limit" ? retryAfter(words) : undefined;
  return { kind, words, ...(later !== undefined && { retryAfterMilliseconds: later }) };
}

/** dockerode puts "(HTTP code 500) server error - " before what the engine says. */
function wordsOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: unknown }; message?: unknown };
  if (typeof json?.message === "string") return json.message;
  return typeof message === "string" ? message : String(error);
}

/** Layers come from signed addresses, and a proxy's address may have a password in it. */
function oneLine(words: string): string {
  return words
    .replaceAll(/\s+/g, " ")
    .replaceAll(/(https?:\/\/)[^\s/@"']+@/g, "$1")
    .replaceAll(/(https?:\/\/[^\s?"']+)\?[^\s"']*/g, "$1")
    .trim()
    .slice(0, 500);
}

/** The engine keeps the header Retry-After to itself; GitHub's registry says it in words, as Go does. */
function retryAfter(words: string): number | undefined {
  const [, text = ""] = /retry-after: ?((?:[\d.]+(?:h|ms|µs|us|ns|m|s)?)+)/i.exec(words) ?? [];
  if (text === "") return undefined;
  const parts = [...text.matchAll(/([\d.]+)(h|ms|µs|us|ns|m|s)?/g)];
  const sum = parts.reduce((total, [, count, unit = "s"]) => {
    return total + Number(count) * (milliseconds[unit] ?? 0);
  }, 0);
  return Math.ceil(sum);
}

const milliseconds: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  µs: 0.001,
  us: 0.001,
  ns: 0.000_001,
};

/** Longer than this nobody is kept waiting without a word. */
const mostPatienceMilliseconds = 60_000;

/** How long to wait before the next try; undefined where another try would end the same way. */
export function waitBeforeRetry(
  { kind, retryAfterMilliseconds }: RegistryFailure,
  attempt: number,
): number | undefined {
  const usual = 1000 * 3 ** (attempt - 1);
  if (kind === "rate-limit") {
    const isShort = (retryAfterMilliseconds ?? Infinity) <= mostPatienceMilliseconds;
    return isShort ? Math.max(usual, retryAfterMilliseconds ?? 0) : undefined;
  }
  return ["no-answer", "server", "broken"].includes(kind) ? usual : undefined;
}
