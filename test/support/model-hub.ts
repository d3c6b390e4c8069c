import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface HubRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
  /** "hub" for the hub itself, "store" for the other origin that downloads are redirected to. */
  readonly origin: "hub" | "store";
}

/** What a hub and its networks do to those who download from it; all of it may change meanwhile. */
export interface HubFaults {
  /** Lists and files are for those who send it. */
  token?: string;
  /** The status of every answer of the hub, as many times as there are entries. */
  statuses: { status: number; retryAfter?: number }[];
  /** The connection of each download is cut after so many bytes, as many times as there are entries. */
  cuts: number[];
  /** Whole files are sent, whatever was asked for. */
  ignoresRanges?: boolean;
  /** As many downloads as this have a byte that differs. */
  damaged: number;
  /** The most that a download gets in a second, in bytes. */
  bytesPerSecond?: number;
  /** Downloads begin, stay open and bring nothing. */
  stalls?: boolean;
}

interface HubFile {
  readonly content: Buffer;
  readonly sha256: string;
}

const commit = "0123456789abcdef0123456789abcdef01234567";
const piece = 64 * 1024;

/**
 * A Hugging Face hub: lists of files, and downloads that are redirected to another origin, with ranges
 * and checksums, the answers that it gives to strangers, and the faults of real networks.
 */
export class ModelHub {
  readonly faults: HubFaults = { statuses: [], cuts: [], damaged: 0 };
  readonly requests: HubRequest[] = [];
  readonly #repositories = new Map<string, Map<string, HubFile>>();
  readonly #gated = new Set<string>();
  readonly #renamed = new Map<string, string>();
  #hub: Server | undefined;
  #store: Server | undefined;
  #addresses = { hub: "", store: "" };

  /** Puts files into a repository, by their paths. */
  publish(repository: string, files: Readonly<Record<string, Buffer>>): void {
    const entries = Object.entries(files).map(([path, content]): [string, HubFile] => [
      path,
      { content, sha256: createHash("sha256").update(content).digest("hex") },
    ]);
    this.#repositories.set(repository, new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  /** From now on a repository's licence has to be accepted first. */
  gate(repository: string): void {
    this.#gated.add(repository);
  }

  rename(from: string, to: string): void {
    this.#renamed.set(from, to);
  }

  /** @param host where it listens, and the name in its own redirects: one that its clients reach. */
  async open(host = "127.0.0.1"): Promise<void> {
    this.#hub = createServer(this.answer).listen(0, host);
    this.#store = createServer((request, response) => {
      this.#note(request, "store");
      void this.#send(request, response);
    }).listen(0, host);
    await Promise.all([once(this.#hub, "listening"), once(this.#store, "listening")]);
    this.#addresses = { hub: addressOf(host, this.#hub), store: addressOf(host, this.#store) };
  }

  /** The hub's answer to a request, for servers that are before it. */
  readonly answer: RequestListener = (request, response) => {
    this.#note(request, "hub");
    this.#answer(request, response);
  };

  async close(): Promise<void> {
    for (const server of [this.#hub, this.#store]) {
      server?.closeAllConnections();
      if (server?.listening) await new Promise((resolve) => server.close(resolve));
    }
  }

  /** What HF_ENDPOINT is to be. */
  get address(): string {
    return this.#addresses.hub;
  }

  /** Ranges of the downloads so far, "" for a whole file. */
  get ranges(): string[] {
    return this.requests.filter(({ origin }) => origin === "store").map(({ range }) => range ?? "");
  }

  #note({ url = "", headers }: IncomingMessage, origin: HubRequest["origin"]): void {
    const { range, authorization } = headers;
    this.requests.push({ path: url, range, authorization, origin });
  }

  #answer({ url = "", headers }: IncomingMessage, response: ServerResponse): void {
    const fault = this.faults.statuses.shift();
    if (fault) {
      const { status, retryAfter } = fault;
      const wait = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
      response.writeHead(status, wait).end();
      return;
    }
    const { pathname } = new URL(url, this.address);
    const [, repository = "", rest = ""] =
      /^\/(?:api\/models\/)?([^/]+\/[^/]+)\/(.*)$/.exec(decodeURIComponent(pathname)) ?? [];
    const newName = this.#renamed.get(repository);
    if (newName !== undefined) {
      response.writeHead(307, { location: url.replace(repository, newName) }).end();
      return;
    }
    const { token } = this.faults;
    const wrong = token !== undefined && headers.authorization !== `Bearer ${token}`;
    const files = this.#repositories.get(repository);
    // Strangers are not told whether there is such a model.
    if (wrong || (!files && headers.authorization === undefined)) {
      refuse(response, 401, "Invalid username or password.");
    } else if (!files) {
      refuse(response, 404, "Repository not found");
    } else if (this.#gated.has(repository) && !rest.startsWith("tree/")) {
      refuse(response, 403, `Access to model ${repository} is restricted.`);
    } else if (rest === "refs") {
      sendJson(response, { branches: [{ name: "main", targetCommit: commit }] });
    } else if (rest === "tree/main" || rest === `tree/${commit}`) {
      sendJson(response, [...files].map(treeEntry));
    } else {
      this.#redirect(repository, files, rest, response);
    }
  }

  #redirect(
    repository: string,
    files: ReadonlyMap<string, HubFile>,
    rest: string,
    response: ServerResponse,
  ): void {
    const path = /^resolve\/(?:main|[0-9a-f]{40})\/(.+)$/.exec(rest)?.[1] ?? "";
    const file = files.get(path);
    if (!file) {
      refuse(response, 404, "Entry not found");
      return;
    }
    response
      .writeHead(302, {
        location: `${this.#addresses.store}/${repository}/${encodeURIComponent(path)}?signed=yes`,
        "x-linked-etag": `"${file.sha256}"`,
        "x-linked-size": String(file.content.length),
        "x-repo-commit": commit,
      })
      .end();
  }

  async #send({ url = "", headers, method }: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(url, this.address);
    const [, owner = "", name = "", path = ""] = pathname.split("/").map(decodeURIComponent);
    const file = this.#repositories.get(`${owner}/${name}`)?.get(path);
    // As the storage of signed links has it: two ways to say who one is are one too many.
    if (!file || headers.authorization !== undefined) {
      response.writeHead(400).end();
      return;
    }
    const { content, sha256 } = file;
    const wanted = this.faults.ignoresRanges
      ? undefined
      : /^bytes=(\d+)-$/.exec(headers.range ?? "");
    const start = Number(wanted?.[1] ?? 0);
    if (wanted && start >= content.length) {
      response.writeHead(416, { "content-range": `bytes */${content.length}` }).end();
      return;
    }
    response.writeHead(wanted ? 206 : 200, {
      etag: `"${sha256}"`,
      "accept-ranges": "bytes",
      "content-length": content.length - start,
      ...(wanted && {
        "content-range": `bytes ${start}-${content.length - 1}/${content.length}`,
      }),
    });
    if (method === "HEAD") response.end();
    else await this.#stream(content.subarray(start), response);
  }

  async #stream(content: Buffer, response: ServerResponse): Promise<void> {
    if (this.faults.stalls) {
      response.flushHeaders();
      return;
    }
    const cut = this.faults.cuts.shift() ?? Infinity;
    const sent = this.faults.damaged > 0 ? damagedCopy(content) : content;
    if (this.faults.damaged > 0) this.faults.damaged -= 1;
    for (let at = 0; at < sent.length && !response.destroyed; at += piece) {
      const next = sent.subarray(at, Math.min(at + piece, cut));
      await new Promise((resolve) => response.write(next, resolve));
      if (at + piece >= cut) {
        // What was written has to arrive before the connection breaks.
        await delay(50);
        response.destroy();
        return;
      }
      const { bytesPerSecond } = this.faults;
      if (bytesPerSecond) await delay((next.length / bytesPerSecond) * 1000);
    }
    response.end();
  }
}

function addressOf(host: string, server: Server): string {
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

function treeEntry([path, { content, sha256 }]: [string, HubFile]): object {
  const oid = createHash("sha1").update(sha256).digest("hex");
  const size = content.length;
  if (!path.endsWith(".gguf")) {
    const blob = createHash("sha1").update(`blob ${size}\0`).update(content).digest("hex");
    return { type: "file", oid: blob, size, path };
  }
  return { type: "file", oid, size, path, lfs: { oid: sha256, size, pointerSize: 135 } };
}

function damagedCopy(content: Buffer): Buffer {
  const copy = Buffer.from(content);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 0xff, copy.length - 1);
  return copy;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "x-error-message": message });
  response.end(JSON.stringify({ error: message }));
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}
