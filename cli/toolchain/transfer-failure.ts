import { StackError } from "../../infra/stack-error.ts";

/** The file is not for us to have: the network is closed, or the server does not have it. */
export class DownloadUnavailable extends Error {
  override readonly name = "DownloadUnavailable";
  /** Nothing else will be reached either. */
  readonly closed: boolean;

  constructor(message: string, { closed = false } = {}) {
    super(message);
    this.closed = closed;
  }
}

/** The server is there, and the transfer failed every time. */
export class TransferFailure extends Error {
  override readonly name = "TransferFailure";
}

/** No byte for longer than is allowed. */
export class Silence extends Error {}

/** Ended before its end. */
export class Cut extends Error {
  override readonly message = "cut off";
}

/** An answer that is not the file. */
export class BadStatus extends Error {
  readonly status: number;
  readonly retryAfter: number;

  constructor(status: number, retryAfter = "") {
    super(`HTTP ${status}`);
    this.status = status;
    // A date, or more than half a minute, is not waited for.
    const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : 0;
    this.retryAfter = seconds <= 30 ? seconds * 1000 : 0;
  }
}

/** May go better the next time. */
export class Passing extends Error {
  readonly retryAfter: number;

  constructor(message: string, retryAfter = 0) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

const unreachable = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ETIMEDOUT",
  "EACCES",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * Puts a failed attempt into one of three: not for us, an error for the user, or worth another try.
 *
 * @param otherWay ends the remedy, where there is another way to what was asked for.
 */
export function judge(url: URL, error: unknown, firstContact: boolean, otherWay = ""): Error {
  const { code = "", message, syscall = "" } = error as NodeJS.ErrnoException;
  // The disk's, not the network's.
  if (["open", "write", "close"].includes(syscall)) return error as Error;
  if (error instanceof BadStatus) {
    return [408, 416, 425, 429].includes(error.status) || error.status >= 500
      ? new Passing(message, error.retryAfter)
      : new DownloadUnavailable(`${url.href} answers ${message}`);
  }
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(message)?.[1];
  if (proxyStatus === "407") return proxyWantsCredentials();
  if (proxyStatus !== undefined) {
    const refusal = `the proxy does not connect to ${url.host} (HTTP ${proxyStatus})`;
    return new DownloadUnavailable(refusal, { closed: true });
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code))
    return untrusted(url, message, otherWay);
  if (firstContact && (unreachable.has(code) || error instanceof Silence)) {
    return outOfReach(url, code === "" ? message : code);
  }
  return new Passing(message);
}

export function outOfReach({ host }: URL, why: string): DownloadUnavailable {
  return new DownloadUnavailable(`${host} can't be reached (${why})`, { closed: true });
}

function proxyWantsCredentials(): StackError {
  return new StackError("The proxy wants a user name and a password (HTTP 407).", {
    remedy:
      "Set HTTPS_PROXY, or OUTBOUND_PROXY in the stack's .env file, to http://USER:PASSWORD@HOST:PORT. " +
      "Then run the same command again.",
  });
}

function untrusted(url: URL, message: string, otherWay: string): StackError {
  // Node goes on with a hint for programmers.
  const [why] = message.split(";");
  return new StackError(`The certificate of ${url.host} is not trusted: ${why}.`, {
    remedy:
      "Where a proxy inspects TLS, set COMPANY_CA_FILE in the stack's .env file, or " +
      `NODE_EXTRA_CA_CERTS, to the file of its root certificate. ${otherWay}`.trimEnd(),
  });
}
