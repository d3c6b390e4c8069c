import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

interface Advisory {
  readonly severity: string;
  readonly range: string;
}

/**
 * Registries of npm, Python and images in one, on loopback: what was published into it is what its
 * clients find.
 */
export class PackageRegistry {
  readonly #npm = new Map<string, string[]>();
  readonly #advisories = new Map<string, Advisory>();
  readonly #python = new Map<string, string[]>();
  readonly #tags = new Map<string, string[]>();
  /** Every question in order, as "GET /path". */
  readonly asked: string[] = [];
  #server: Server | undefined;
  #token: string | undefined;
  #busy = 0;
  /** The most questions that were ever open at once. */
  mostAtOnce = 0;

  /** The last of `versions` is the latest. */
  publishNpm(name: string, ...versions: string[]): void {
    this.#npm.set(name, versions);
  }

  advise(name: string, advisory: Advisory): void {
    this.#advisories.set(name, advisory);
  }

  publishPython(name: string, ...versions: string[]): void {
    this.#python.set(name, versions);
  }

  pushTags(repository: string, ...tags: string[]): void {
    this.#tags.set(repository, tags);
  }

  /** From now on lists of tags are for those who have fetched a token. */
  wantToken(token: string): void {
    this.#token = token;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server?.address() as AddressInfo).port}`;
  }

  async open(): Promise<void> {
    this.#server = createServer((request, response) => {
      this.asked.push(`${request.method ?? ""} ${request.url ?? ""}`);
      this.#busy += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.#busy);
      void this.#answer(request).then(({ status, body, headers }) => {
        this.#busy -= 1;
        const isText = typeof body === "string";
        response.writeHead(status, {
          "content-type": isText ? "text/html" : "application/json",
          ...headers,
        });
        response.end(isText ? body : JSON.stringify(body));
      });
    }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #answer(request: IncomingMessage): Promise<Reply> {
    const url = new URL(request.url ?? "/", `http://${this.host}`);
    const path = decodeURIComponent(url.pathname);
    if (path === "/-/npm/v1/security/advisories/bulk") return this.#advisoriesFor(request);
    if (path.startsWith("/simple/")) return this.#pythonPage(path.split("/")[2] ?? "");
    if (path === "/token") return { status: 200, body: { token: this.#token } };
    if (path.startsWith("/v2/")) return this.#tagPage(url, request.headers.authorization);
    return this.#packument(path.slice(1));
  }

  #packument(name: string): Reply {
    const versions = this.#npm.get(name);
    if (!versions) return { status: 404, body: { error: "Not found" } };
    const manifest = (version: string) => ({
      name,
      version,
      dist: { tarball: `http://${this.host}/${name}.tgz`, shasum: "0".repeat(40) },
    });
    const entries = versions.map((version) => [version, manifest(version)]);
    const latest = versions.at(-1);
    return {
      status: 200,
      body: { name, "dist-tags": { latest }, versions: Object.fromEntries(entries) as object },
    };
  }

  async #advisoriesFor(request: IncomingMessage): Promise<Reply> {
    const body = await buffer(request);
    const sent = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    const names = Object.keys(JSON.parse(sent.toString()) as object);
    const found = names.flatMap((name, index) => {
      const advisory = this.#advisories.get(name);
      if (!advisory) return [];
      const { severity, range } = advisory;
      const one = { id: index + 1, url: "", title: "bad", severity, vulnerable_versions: range };
      return [[name, [{ ...one, cwe: [], cvss: { score: 0, vectorString: null } }]]];
    });
    return { status: 200, body: Object.fromEntries(found) as object };
  }

  #pythonPage(name: string): Reply {
    const versions = this.#python.get(name);
    if (!versions) return { status: 404, body: "" };
    const file = (version: string) => `${name.replaceAll("-", "_")}-${version}-py3-none-any.whl`;
    const links = versions.map((version) => `<a href="/${file(version)}">${file(version)}</a>`);
    return { status: 200, body: `<!DOCTYPE html><html><body>${links.join("")}</body></html>` };
  }

  /** Two tags a page, whatever is asked for. */
  #tagPage(url: URL, authorization: string | undefined): Reply {
    if (this.#token !== undefined && authorization !== `Bearer ${this.#token}`) {
      const realm = `Bearer realm="http://${this.host}/token",service="test"`;
      return { status: 401, body: {}, headers: { "www-authenticate": realm } };
    }
    const repository = /^\/v2\/(.+)\/tags\/list$/.exec(url.pathname)?.[1] ?? "";
    const tags = this.#tags.get(repository);
    if (!tags) return { status: 404, body: {} };
    const last = url.searchParams.get("last");
    const start = last === null ? 0 : tags.indexOf(last) + 1;
    const page = tags.slice(start, start + 2);
    const more = start + 2 < tags.length;
    const link = `<${url.pathname}?n=2&last=${page.at(-1) ?? ""}>; rel="next"`;
    return {
      status: 200,
      body: { name: repository, tags: page },
      ...(more && { headers: { link } }),
    };
  }
}

interface Reply {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}
