import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:https";

/** A certificate authority of a test's own, as a company has one. */
export class PrivateAuthority {
  /** Its certificate, in PEM form. */
  readonly file: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.file = join(folder, "authority.pem");
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(folder, ["req", "-x509", ...key, "-days", "2", "-subj", "/CN=a company's own"], {
      keyout: "authority.key",
      out: "authority.pem",
    });
  }

  /** A certificate for a host name or an IPv4 address, with its key. */
  issue(name: string): { readonly cert: Buffer; readonly key: Buffer } {
    const kind = /^[\d.]+$/.test(name) ? "IP" : "DNS";
    writeFileSync(join(this.#folder, `${name}.ext`), `subjectAltName=${kind}:${name}\n`);
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl(this.#folder, ["req", "-new", ...key, "-subj", `/CN=${name}`], {
      keyout: `${name}.key`,
      out: `${name}.csr`,
    });
    openssl(
      this.#folder,
      [
        ...["x509", "-req", "-days", "2", "-in", `${name}.csr`, "-extfile", `${name}.ext`],
        ...["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"],
      ],
      { out: `${name}.pem` },
    );
    return {
      cert: readFileSync(join(this.#folder, `${name}.pem`)),
      key: readFileSync(join(this.#folder, `${name}.key`)),
    };
  }
}

function openssl(
  folder: string,
  words: readonly string[],
  files: Readonly<Record<string, string>>,
): void {
  const output = Object.entries(files).flatMap(([option, file]) => [`-${option}`, file]);
  execFileSync("openssl", [...words, ...output], { cwd: folder, stdio: "pipe" });
}

export interface InspectingProxy {
  readonly address: string;
  /** Each "host:port" that it was asked to connect to. */
  readonly connections: string[];
  /** The credentials that it was sent, decoded. */
  readonly credentials: string[];
  readonly close: () => Promise<void>;
}

/**
 * A proxy that opens every TLS connection with a certificate of its own authority, as those of
 * companies do, and gives the requests inside to `answer`; no name is looked up.
 *
 * @param address - of this machine, at which it listens.
 */
export async function startInspectingProxy(
  authority: PrivateAuthority,
  answer: RequestListener,
  address = "127.0.0.1",
): Promise<InspectingProxy> {
  const sockets = new Set<Socket>();
  const connections: string[] = [];
  const credentials: string[] = [];
  const inspectors = new Map<string, ReturnType<typeof createTlsServer>>();
  const inspectorOf = (host: string) => {
    const known = inspectors.get(host) ?? createTlsServer(authority.issue(host), answer);
    inspectors.set(host, known);
    return known;
  };
  const server = createServer((request, response) => {
    connections.push(String(request.url));
    answer(request, response);
  });
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    const target = request.url ?? "";
    connections.push(target);
    const [, sent] = (request.headers["proxy-authorization"] ?? "").split(" ");
    if (sent) credentials.push(Buffer.from(sent, "base64").toString());
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    inspectorOf(target.split(":")[0] ?? "").emit("connection", socket);
  });
  server.listen(0, address);
  await once(server, "listening");
  return {
    address: `http://${address}:${(server.address() as AddressInfo).port}`,
    connections,
    credentials,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
