import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { StackError } from "../../../infra/stack-error.ts";

/** Where a Qdrant answers. */
export interface QdrantServer {
  /** "http://127.0.0.1:6333". */
  readonly address: string;
  readonly apiKey?: string | undefined;
}

export interface QdrantAlias {
  readonly alias: string;
  readonly collection: string;
}

/** The part of Qdrant's REST interface that backups need; the closed-network server has it too. */
export interface QdrantApi {
  readonly identity: () => Promise<{ readonly family: string; readonly version: string }>;
  readonly collections: () => Promise<string[]>;
  readonly vectors: (collection: string) => Promise<unknown>;
  readonly count: (collection: string) => Promise<number>;
  readonly aliases: () => Promise<QdrantAlias[]>;
  readonly changeAliases: (actions: readonly object[]) => Promise<void>;
  readonly removeCollection: (collection: string) => Promise<void>;
  /** Names of the snapshots of a collection that are on the server, the oldest first. */
  readonly snapshots: (collection: string) => Promise<string[]>;
  /** Makes a snapshot on the server, and gives its name there. */
  readonly createSnapshot: (collection: string) => Promise<string>;
  readonly removeSnapshot: (collection: string, snapshot: string) => Promise<void>;
  readonly download: (collection: string, snapshot: string) => Promise<Readable>;
  /** Makes the collection be what the snapshot contains, whether it was there or not. */
  readonly upload: (
    collection: string,
    file: { readonly path: string; readonly sha256: string },
  ) => Promise<void>;
}

// Not fetch: it gives up after five minutes without an answer, and a large snapshot takes longer.
export function qdrantApi(server: QdrantServer, signal?: AbortSignal): QdrantApi {
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await send(server, { method, path, body, signal });
    return (JSON.parse(await text(response)) as { result: T }).result;
  };
  const at = (collection: string) => `/collections/${encodeURIComponent(collection)}`;
  return {
    identity: async () => {
      const response = await send(server, { method: "GET", path: "/", signal });
      return identityOf(JSON.parse(await text(response)) as Greeting);
    },
    collections: async () => {
      const found = await ask<{ collections: { name: string }[] }>("GET", "/collections");
      return found.collections.map(({ name }) => name).sort();
    },
    vectors: async (name) => {
      const info = await ask<{ config: { params: { vectors?: unknown } } }>("GET", at(name));
      return info.config.params.vectors ?? {};
    },
    count: async (name) => {
      const path = `${at(name)}/points/count`;
      return (await ask<{ count: number }>("POST", path, { exact: true })).count;
    },
    aliases: async () => {
      type Pair = { alias_name: string; collection_name: string };
      const { aliases } = await ask<{ aliases: Pair[] }>("GET", "/aliases");
      return aliases.map((pair) => ({ alias: pair.alias_name, collection: pair.collection_name }));
    },
    changeAliases: async (actions) => {
      if (actions.length > 0) await ask("POST", "/collections/aliases", { actions });
    },
    removeCollection: async (name) => {
      await ask("DELETE", at(name));
    },
    snapshots: async (name) => {
      type Snapshot = { name: string; creation_time: string | null };
      const found = await ask<Snapshot[]>("GET", `${at(name)}/snapshots`);
      const age = ({ creation_time: at, name }: Snapshot) => `${at ?? ""} ${name}`;
      return found.sort((a, b) => (age(a) < age(b) ? -1 : 1)).map((each) => each.name);
    },
    createSnapshot: async (name) => {
      return (await ask<{ name: string }>("POST", `${at(name)}/snapshots?wait=true`)).name;
    },
    removeSnapshot: async (name, snapshot) => {
      await ask("DELETE", `${at(name)}/snapshots/${encodeURIComponent(snapshot)}`);
    },
    download: (name, snapshot) => {
      const path = `${at(name)}/snapshots/${encodeURIComponent(snapshot)}`;
      return send(server, { method: "GET", path, signal });
    },
    upload: async (name, { path, sha256 }) => {
      const query = `priority=snapshot&wait=true&checksum=${sha256}`;
      const target = `${at(name)}/snapshots/upload?${query}`;
      const response = await send(server, { method: "POST", path: target, file: path, signal });
      response.resume();
    },
  };
}

interface Greeting {
  readonly version: string;
  /** "qdrant-edge 0.9.0" where the closed-network server answers. */
  readonly engine?: string;
}

function identityOf({ version, engine }: Greeting) {
  const [family = "qdrant", own = version] = engine?.split(" ") ?? [];
  return { family, version: own };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: object | undefined;
  /** A file to send as a form's `snapshot`. */
  readonly file?: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws StackError with Qdrant's own words on any status but 200. */
async function send(server: QdrantServer, call: Call): Promise<IncomingMessage> {
  const { method, path, body, file, signal } = call;
  const boundary = `agent-stack-${randomUUID()}`;
  const headers = {
    ...(server.apiKey && { "api-key": server.apiKey }),
    ...(body && { "content-type": "application/json" }),
    ...(file && { "content-type": `multipart/form-data; boundary=${boundary}` }),
  };
  const outgoing = request(server.address + path, { method, headers, ...(signal && { signal }) });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve).once("error", reject);
  });
  // A refusal in the middle of an upload breaks the pipe; the answer says more than that.
  const sent = file ? pipeline(Readable.from(form(file, boundary)), outgoing) : undefined;
  sent?.catch(() => undefined);
  if (!file) outgoing.end(body && JSON.stringify(body));
  const response = await answered.catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw unreachable(server, error);
  });
  if (response.statusCode === 200) return response;
  throw new StackError(`Qdrant refused ${method} ${path.split("?")[0] ?? ""}.`, {
    details: [`${response.statusCode ?? 0}: ${(await text(response)).slice(0, 500)}`],
    remedy: "See what Qdrant says of it: ./stack logs qdrant",
  });
}

async function* form(file: string, boundary: string): AsyncGenerator<Buffer | string> {
  yield `--${boundary}\r\ncontent-disposition: form-data; name="snapshot"; filename="snapshot"\r\n`;
  yield "content-type: application/octet-stream\r\n\r\n";
  yield* createReadStream(file) as AsyncIterable<Buffer>;
  yield `\r\n--${boundary}--\r\n`;
}

function unreachable({ address }: QdrantServer, cause: unknown): StackError {
  return new StackError(`Qdrant does not answer at ${address}.`, {
    remedy: "See why: ./stack why qdrant",
    cause,
  });
}
