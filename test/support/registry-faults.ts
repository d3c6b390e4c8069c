import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What a registry does wrong with the requests that it applies to. */
export type Fault = FaultScope &
  (
    | {
        readonly kind: "answer";
        readonly status: number;
        /** The code and the words of the registry's own error document. */
        readonly code?: string;
        readonly message?: string;
        readonly retryAfterSeconds?: number;
      }
    /** Sends so much of the body and closes the connection. */
    | { readonly kind: "cut"; readonly afterBytes: number }
    /** Sends so much of the body, then nothing, and keeps the connection. */
    | { readonly kind: "stall"; readonly afterBytes: number }
    | { readonly kind: "slow"; readonly bytesPerSecond: number }
  );

export type AnswerFault = Extract<Fault, { kind: "answer" }>;

interface FaultScope {
  /** Which requests, by "METHOD /path"; all that read manifests and blobs when absent. */
  readonly on?: RegExp;
  /** How often before the registry is well again; for ever when absent. */
  readonly times?: number;
}

/** Who may pull, and how the registry asks for it: by password, or by a token for a password. */
export interface Login {
  readonly username: string;
  readonly password: string;
  readonly scheme: "basic" | "bearer";
}

/** The requests of a pull: the registry's greeting, and the token service, answer all the same. */
const pulls = /^(GET|HEAD) \/v2\/.+\/(manifests|blobs)\//;
export const blobs = /^GET \/v2\/.+\/blobs\//;

/** The faults of one registry, in the order in which they were added; the first that applies counts. */
export class FaultList {
  readonly #faults: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** The answer that stands in for the registry's own; it counts as one of the fault's times. */
  takeAnswer(request: IncomingMessage): AnswerFault | undefined {
    const fault = this.#take(request, (each) => each.kind === "answer");
    return fault?.kind === "answer" ? fault : undefined;
  }

  /** What goes wrong with a body of so many bytes; one that ends before is not meant. */
  takeBody(request: IncomingMessage, length: number): Fault | undefined {
    return this.#take(request, (fault) => {
      return "afterBytes" in fault ? fault.afterBytes < length : fault.kind === "slow";
    });
  }

  #take(request: IncomingMessage, isMeant: (fault: Fault) => boolean): Fault | undefined {
    const name = `${request.method ?? ""} ${request.url ?? ""}`;
    const found = this.#faults.find(
      ({ fault, left }) => left > 0 && isMeant(fault) && applies(fault, name),
    );
    if (!found) return undefined;
    found.left -= 1;
    return found.fault;
  }
}

function applies({ kind, on }: Fault, request: string): boolean {
  return (on ?? (kind === "answer" ? pulls : blobs)).test(request);
}

/** An error as registries word it. */
export function answerError(
  response: ServerResponse,
  status: number,
  error: { readonly code?: string | undefined; readonly message?: string | undefined },
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  const { code, message } = error;
  response.end(
    code === undefined ? (message ?? "") : JSON.stringify({ errors: [{ code, message }] }),
  );
}

/** A token service as Docker Hub's: anybody gets a token, and some tokens open nothing. */
export class TokenDesk {
  readonly #good = new Set<string>();

  /** Answers `/token`, and refuses what is not let in; true where the request was answered here. */
  handle(login: Login, request: IncomingMessage, response: ServerResponse): boolean {
    const given = request.headers.authorization ?? "";
    const password = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
    if (request.url?.startsWith("/token") === true) {
      this.#giveToken(given, given === password, response);
      return true;
    }
    const admitted =
      login.scheme === "basic" ? given === password : this.#good.has(given.replace("Bearer ", ""));
    if (admitted) return false;
    const challenge =
      login.scheme === "basic"
        ? 'Basic realm="loopback"'
        : `Bearer realm="http://${request.headers.host ?? ""}/token",service="loopback"`;
    answerError(
      response,
      401,
      { code: "UNAUTHORIZED", message: "authentication required" },
      { "www-authenticate": challenge, "docker-distribution-api-version": "registry/2.0" },
    );
    return true;
  }

  #giveToken(given: string, isRight: boolean, response: ServerResponse): void {
    if (given !== "" && !isRight) {
      answerError(response, 401, {
        code: "UNAUTHORIZED",
        message: "incorrect username or password",
      });
      return;
    }
    const token = randomBytes(12).toString("hex");
    if (isRight) this.#good.add(token);
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ token, access_token: token, expires_in: 300 }));
  }
}
