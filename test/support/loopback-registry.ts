import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { mirroredReference, parseMirrors } from "../../infra/images/registry-mirror.ts";
import { eventually } from "./eventually.ts";
import {
  answerError,
  type AnswerFault,
  type Fault,
  FaultList,
  type Login,
  TokenDesk,
} from "./registry-faults.ts";
import { type RegistryServer, startRegistryServer } from "./registry-server.ts";

/**
 * A real registry on loopback behind a front that can fail: what was published into it is pulled from
 * its mirror, and every fault is one that registries and networks have.
 *
 * Docker trusts 127.0.0.0/8 without TLS, so no engine needs a setting for it.
 */
export class LoopbackRegistry {
  /** Every request that the front got, in order, as "GET /v2/…". */
  readonly requests: string[] = [];
  readonly #backend: RegistryServer;
  readonly #faults = new FaultList();
  readonly #desk = new TokenDesk();
  #server: Server;
  #port = 0;
  #login: Login | undefined;
  #open = 0;

  private constructor(backend: RegistryServer) {
    this.#backend = backend;
    this.#server = this.#front();
  }

  static async start(): Promise<LoopbackRegistry> {
    const registry = new LoopbackRegistry(await startRegistryServer());
    await registry.comeBack();
    return registry;
  }

  /** "127.0.0.1:PORT", where images are pulled from. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** A value of IMAGE_REGISTRY_MIRROR with which everything is pulled from here. */
  get mirror(): string {
    return `docker.io=${this.host}/hub,ghcr.io=${this.host}/ghcr`;
  }

  /** What a stack with this mirror pulls for the published `reference`. */
  mirrored(reference: string): string {
    return mirroredReference(reference, parseMirrors(this.mirror) ?? new Map());
  }

  /**
   * Puts an image of this machine into the registry under its published name.
   *
   * It goes past the front, so that faults and logins are for pulls only, and leaves no tag behind.
   *
   * @returns the digest that the registry has behind the tag now.
   */
  publish(image: string, reference: string): Promise<string> {
    const name = this.mirrored(reference).replace(this.host, `127.0.0.1:${this.#backend.port}`);
    docker("tag", image, name);
    try {
      docker("push", "--quiet", name);
    } finally {
      docker("rmi", name);
    }
    return this.digestOf(reference);
  }

  /** The digest behind a published tag, as the registry itself says. */
  async digestOf(reference: string): Promise<string> {
    const [, repository = "", tag = ""] =
      /^[^/]+\/(.+):([^:]+)$/.exec(this.mirrored(reference)) ?? [];
    const { headers } = await fetch(
      `http://127.0.0.1:${this.#backend.port}/v2/${repository}/manifests/${tag}`,
      { method: "HEAD", headers: { accept: manifestTypes.join(", ") } },
    );
    const digest = headers.get("docker-content-digest");
    if (digest === null) throw new Error(`The registry has no ${reference}`);
    return digest;
  }

  /** From now on requests go wrong; see `Fault`. */
  fail(fault: Fault): void {
    this.#faults.add(fault);
  }

  /** From now on only this user may pull. */
  requireLogin(login: Login): void {
    this.#login = login;
  }

  /** Every fault is over and nobody needs a login; connections that it left are closed. */
  heal(): void {
    // An engine that gave up a silent connection goes on reading from it.
    this.#server.closeAllConnections();
    this.#faults.clear();
    this.#login = undefined;
    this.requests.length = 0;
  }

  /** Waits until no request is open any more: a pull that was given up has let go. */
  async isIdle(): Promise<void> {
    await eventually(() => this.#open === 0, "every transfer from the registry has ended");
  }

  /** Closes every connection and the port: whoever asks is refused. */
  async leave(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port. */
  async comeBack(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = this.#front().listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.leave();
    await this.#backend.stop();
  }

  #front(): Server {
    return createServer((request, response) => {
      this.requests.push(`${request.method ?? ""} ${request.url ?? ""}`);
      this.#open += 1;
      response.once("close", () => {
        this.#open -= 1;
      });
      if (this.#login && this.#desk.handle(this.#login, request, response)) return;
      const fault = this.#faults.takeAnswer(request);
      if (fault) answerFault(fault, response);
      else this.#passOn(request, response);
    });
  }

  #passOn(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    const { port } = this.#backend;
    const upstream = httpRequest(
      { host: "127.0.0.1", port, method, path: url, headers },
      (answer) => {
        const length = Number(answer.headers["content-length"] ?? 0);
        const fault = this.#faults.takeBody(request, length);
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        // A client that leaves in the middle is one of the cases.
        void send(answer, response, fault).catch(() => response.destroy());
      },
    );
    upstream.on("error", () => response.destroy());
    response.on("close", () => upstream.destroy());
    request.pipe(upstream);
  }
}

const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

function answerFault(fault: AnswerFault, response: ServerResponse): void {
  const { status, code, message, retryAfterSeconds } = fault;
  const later = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  answerError(response, status, { code, message }, later);
}

/** Sends a body as the fault has it. */
async function send(
  body: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  let sent = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const room = fault && "afterBytes" in fault ? fault.afterBytes - sent : Infinity;
    const part = chunk.subarray(0, Math.max(0, room));
    if (!response.write(part)) await once(response, "drain");
    sent += part.length;
    if (fault?.kind === "slow") await delay((part.length / fault.bytesPerSecond) * 1000);
    if (part.length === chunk.length) continue;
    // What was written last has to leave before the connection ends.
    if (fault?.kind === "cut") await delay(50);
    if (fault?.kind === "cut") response.destroy();
    return;
  }
  response.end();
}

function docker(...words: string[]): void {
  execFileSync("docker", words, { stdio: ["ignore", "ignore", "pipe"] });
}
