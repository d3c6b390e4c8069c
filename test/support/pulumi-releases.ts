import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import tar from "tar-stream";
import yazl from "yazl";

/** What goes wrong with one request for a file; the next one is answered as it should be. */
export interface Mishap {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before the first byte. */
  readonly delay?: number;
  /** The connection breaks, or falls silent, after so many bytes. */
  readonly cutAfter?: number;
  readonly silentAfter?: number;
  /** Other bytes than the published ones. */
  readonly body?: Buffer;
}

/** A server with the layout of get.pulumi.com, on loopback. */
export class PulumiReleases {
  readonly #files = new Map<string, Buffer>();
  readonly #mishaps = new Map<string, Mishap[]>();
  /** Every request in order: the path, and the range where one was asked for. */
  readonly asked: string[] = [];
  /** As S3 does; without them a transfer that was cut starts again. */
  entityTags = true;
  /** For a server of another kind in front of the same files. */
  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    void this.#answer(request, response);
  };
  readonly #server: Server = createServer(this.listener);

  async open(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** For PULUMI_RELEASES_URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/releases`;
  }

  /** Below `/releases/`, or at an absolute path. */
  publish(file: string, content: Buffer | string): void {
    this.#files.set(file.startsWith("/") ? file : `/releases/${file}`, Buffer.from(content));
  }

  /** An archive and, under `list`, its line in the list of checksums. */
  publishArchive(
    folder: "sdk" | "plugins",
    name: string,
    content: Buffer,
    { list, algorithm = "sha256" }: { list: string; algorithm?: "sha1" | "sha256" | "sha512" },
  ): void {
    this.publish(`${folder}/${name}`, content);
    const others = this.#files.get(`/releases/${folder}/${list}`)?.toString() ?? "";
    const sum = createHash(algorithm).update(content).digest("hex");
    // `shasum ./*` names files that way.
    this.publish(
      `${folder}/${list}`,
      `${others}${sum}  ${algorithm === "sha1" ? "./" : ""}${name}\n`,
    );
  }

  /** The next requests for a file go wrong, one mishap each. */
  spoil(file: string, ...mishaps: Mishap[]): void {
    this.#mishaps.set(`/releases/${file}`, mishaps);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "" } = request;
    const { range } = request.headers;
    this.asked.push(range === undefined ? url : `${url} ${range}`);
    const mishap = this.#mishaps.get(url)?.shift() ?? {};
    const published = this.#files.get(url);
    const whole = mishap.body ?? published;
    if (mishap.delay !== undefined) await sleep(mishap.delay);
    if (mishap.status !== undefined || whole === undefined) {
      response.writeHead(mishap.status ?? 404, mishap.headers).end("no file\n");
      return;
    }
    const tag = `"${createHash("md5").update(whole).digest("hex")}"`;
    const isSame = request.headers["if-range"] === tag;
    const from = isSame ? Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0) : 0;
    const body = whole.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": body.length,
      ...(this.entityTags && { etag: tag }),
      ...(from > 0 && { "content-range": `bytes ${from}-${whole.length - 1}/${whole.length}` }),
      ...mishap.headers,
    });
    const stop = mishap.cutAfter ?? mishap.silentAfter;
    if (stop === undefined) {
      response.end(body);
      return;
    }
    // Flushed first: a connection that is destroyed loses what was not sent.
    response.write(body.subarray(0, stop), () => {
      if (mishap.cutAfter !== undefined) setTimeout(() => response.destroy(), 50);
    });
  }
}

interface Member {
  readonly content?: string | Buffer;
  readonly mode?: number;
  /** Makes it a symbolic link. */
  readonly link?: string;
}

export type Members = Readonly<Record<string, Member>>;

export async function tarGz(members: Members): Promise<Buffer> {
  const pack = tar.pack();
  for (const [name, { content = "", mode = 0o755, link }] of Object.entries(members)) {
    if (link !== undefined) pack.entry({ name, type: "symlink", linkname: link });
    else pack.entry({ name, mode }, content);
  }
  pack.finalize();
  return gzipSync(await buffer(pack));
}

export async function zip(members: Members): Promise<Buffer> {
  const file = new yazl.ZipFile();
  for (const [name, { content = "", mode = 0o100755, link }] of Object.entries(members)) {
    const options = { mode: link === undefined ? mode : 0o120777 };
    file.addBuffer(Buffer.from(link ?? content), name, options);
  }
  file.end();
  return buffer(file.outputStream);
}
