import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { ensureSchema, qdrantClient } from "../../../agent/adapters/qdrant-schema.ts";
import { memorySchema } from "../../../agent/contract/memory-schema.ts";
import { isWorthWaiting } from "../../../agent/maintenance/is-worth-waiting.ts";
import { pruneCollections, recreateCollection } from "../../../agent/maintenance/recreate.ts";
import type { Remembered } from "../../../agent/maintenance/remembered-messages.ts";

interface Collection {
  readonly settings: Record<string, unknown>;
  readonly points: Map<string, { id: string; payload: Record<string, unknown> }>;
  readonly indexes: Record<string, { data_type: string; params: object }>;
}

/** As much of Qdrant's API as keeping a schema needs, with its state. */
class FakeQdrant {
  readonly collections = new Map<string, Collection>();
  readonly aliases = new Map<string, string>();
  /** Loses the next points that it is given, and says nothing. */
  isForgetful = false;
  #server: Server | undefined;

  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      void (request.method === "GET" ? Promise.resolve({}) : json(request).catch(() => ({}))).then(
        (body) => {
          const path = (request.url ?? "").split("?")[0] ?? "";
          const what = `${request.method ?? ""} ${path}`;
          const isTaken = this.#makesAgain(what);
          const result = isTaken ? null : this.#answer(what, body as never);
          const status = isTaken ? { error: "Collection already exists!" } : "ok";
          response.writeHead(isTaken ? 409 : 200, { "content-type": "application/json" });
          response.end(JSON.stringify({ result, status, time: 0 }));
        },
      );
    });
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  /** As Qdrant does: a collection is made once. */
  #makesAgain(what: string): boolean {
    const [, name = ""] = /^PUT \/collections\/([^/]+)$/.exec(what) ?? [];
    return this.collections.has(name);
  }

  #answer(what: string, body: Record<string, unknown>): unknown {
    const [, name = ""] = /collections\/([^/]+)/.exec(what) ?? [];
    const collection = this.collections.get(name);
    const call = what.replace(name === "aliases" ? "" : name, "*");
    if (what === "GET /aliases") {
      const pairs = [...this.aliases];
      return {
        aliases: pairs.map(([alias_name, collection_name]) => ({ alias_name, collection_name })),
      };
    }
    if (what === "POST /collections/aliases") return this.#changeAliases(body["actions"] as never);
    if (what === "GET /collections") {
      return { collections: [...this.collections.keys()].map((each) => ({ name: each })) };
    }
    switch (call) {
      case "GET /collections/*/exists":
        return { exists: collection !== undefined };
      case "PUT /collections/*":
        this.collections.set(name, { settings: body, points: new Map(), indexes: {} });
        return true;
      case "DELETE /collections/*":
        for (const [alias, target] of this.aliases) {
          if (target === name) this.aliases.delete(alias);
        }
        return this.collections.delete(name);
      case "PUT /collections/*/index": {
        const { field_name: field, field_schema: schema } = body as unknown as {
          field_name: string;
          field_schema: { type: string };
        };
        if (collection) collection.indexes[field] = { data_type: schema.type, params: schema };
        return { status: "completed" };
      }
      case "DELETE /collections/*/index/role":
      case "DELETE /collections/*/index/created_at":
        if (collection) delete collection.indexes[what.split("/").at(-1) ?? ""];
        return { status: "completed" };
      case "PUT /collections/*/points":
        for (const point of body["points"] as { id: string; payload: never }[]) {
          if (!this.isForgetful) collection?.points.set(point.id, point);
        }
        return { status: "completed" };
      case "POST /collections/*/points/count":
        return { count: collection?.points.size };
      case "POST /collections/*/points/scroll":
        return { points: [...(collection?.points.values() ?? [])], next_page_offset: null };
      case "POST /collections/*/points/delete": {
        const { filter } = body as unknown as { filter: { must: [{ match: { any: string[] } }] } };
        for (const [id, { payload }] of collection?.points ?? []) {
          if (filter.must[0].match.any.includes(String(payload["message_id"]))) {
            collection?.points.delete(id);
          }
        }
        return { status: "completed" };
      }
      default:
        return {
          config: {
            params: { vectors: collection?.settings["vectors"] },
            hnsw_config: collection?.settings["hnsw_config"] ?? { m: 16 },
            quantization_config: collection?.settings["quantization_config"],
          },
          payload_schema: collection?.indexes,
        };
    }
  }

  #changeAliases(
    actions: readonly {
      create_alias?: { alias_name: string; collection_name: string };
      delete_alias?: { alias_name: string };
    }[],
  ): boolean {
    for (const { create_alias: made, delete_alias: gone } of actions) {
      if (gone) this.aliases.delete(gone.alias_name);
      if (made) this.aliases.set(made.alias_name, made.collection_name);
    }
    return true;
  }
}

function message(seq: number, content: string): Remembered {
  return {
    seq: String(seq),
    messageId: `00000000-0000-4000-8000-00000000000${seq}`,
    conversationId: "c",
    userId: "ada",
    role: "user",
    content,
    createdAt: "2026-01-01T00:00:00.000Z",
  };
}

describe("the memory's schema", () => {
  const schema = memorySchema({ alias: "agent_memory", embeddingModel: "embed", dimension: 2 });
  const again = `${schema.collection}_r2`;
  let qdrant: FakeQdrant;
  let client: ReturnType<typeof qdrantClient>;
  let stored: Remembered[];
  beforeEach(async () => {
    qdrant = new FakeQdrant();
    client = qdrantClient(await qdrant.start(), undefined);
    stored = [message(1, "tea"), message(2, "milk")];
  });
  afterEach(() => {
    qdrant.stop();
  });

  const parts = () => ({
    client,
    embeddingModel: "embed",
    embed: (texts: readonly string[]) => Promise.resolve(texts.map(() => [1, 0])),
    messages: {
      after: (seq: string, limit: number) =>
        Promise.resolve(stored.filter((each) => Number(each.seq) > Number(seq)).slice(0, limit)),
      missing: (ids: readonly string[]) =>
        Promise.resolve(ids.filter((id) => !stored.some(({ messageId }) => messageId === id))),
    },
  });

  it("is created where it is missing, and left alone where it is there", async () => {
    expect(await ensureSchema(client, schema)).to.include({ status: "created" });
    expect(await ensureSchema(client, schema)).to.include({ status: "unchanged" });
    expect(qdrant.aliases.get("agent_memory")).to.equal(schema.collection);
  });

  it("is made once where two make it at the same time: the agent at its start, and up", async () => {
    const results = await Promise.all([ensureSchema(client, schema), ensureSchema(client, schema)]);

    expect(results.map(({ collection }) => collection)).to.deep.equal([
      schema.collection,
      schema.collection,
    ]);
    expect(qdrant.aliases.get("agent_memory")).to.equal(schema.collection);
    expect(await ensureSchema(client, schema)).to.include({ status: "unchanged" });
  });

  it("gets an index that is missing, and is only named where changes are not allowed", async () => {
    await ensureSchema(client, schema);
    delete qdrant.collections.get(schema.collection)?.indexes["message_id"];

    expect(await ensureSchema(client, schema, { dryRun: true })).to.include({ status: "indexed" });
    expect(await ensureSchema(client, schema)).to.include({ status: "indexed" });
    expect(await ensureSchema(client, schema)).to.include({ status: "unchanged" });
  });

  it("loses the indexes that earlier versions made, and keeps an operator's own", async () => {
    await ensureSchema(client, schema);
    const indexes = qdrant.collections.get(schema.collection)?.indexes ?? {};
    for (const field of ["role", "created_at", "mine"]) {
      indexes[field] = { data_type: "keyword", params: {} };
    }

    expect(await ensureSchema(client, schema, { dryRun: true })).to.include({ status: "indexed" });
    expect(Object.keys(indexes)).to.include("role");
    expect(await ensureSchema(client, schema)).to.include({ status: "indexed" });

    expect(Object.keys(indexes)).to.have.members([
      "user_id",
      "conversation_id",
      "message_id",
      "mine",
    ]);
    expect(await ensureSchema(client, schema)).to.include({ status: "unchanged" });
  });

  it("is not touched where it differs", async () => {
    await client.createCollection("mine", { vectors: { dense: { size: 9, distance: "Dot" } } });
    qdrant.aliases.set("agent_memory", "mine");

    const result = await ensureSchema(client, schema);

    expect(result.status).to.equal("different");
    expect([...qdrant.collections.keys()]).to.deep.equal(["mine"]);
  });

  it("is made again from the messages, beside the old one, which goes when it is told to", async () => {
    await ensureSchema(client, schema);

    const result = await recreateCollection(parts(), schema);

    expect(result).to.deep.equal({
      status: "recreated",
      collection: again,
      previous: schema.collection,
      messages: 2,
      points: 2,
    });
    expect(qdrant.aliases.get("agent_memory")).to.equal(again);
    expect(qdrant.collections.has(schema.collection)).to.equal(true);
    expect(await pruneCollections(client, "agent_memory")).to.deep.equal([schema.collection]);
    expect([...qdrant.collections.keys()]).to.deep.equal([again]);
  });

  it("brings over what was remembered meanwhile, and not what was deleted meanwhile", async () => {
    await ensureSchema(client, schema);
    const usual = parts();
    let passes = 0;
    const after = (seq: string, limit: number) => {
      // The agent goes on: between the passes one message comes and one goes.
      if (++passes === 3) stored = [message(2, "milk"), message(3, "rum")];
      return usual.messages.after(seq, limit);
    };

    await recreateCollection({ ...usual, messages: { ...usual.messages, after } }, schema);

    const texts = [...(qdrant.collections.get(again)?.points.values() ?? [])].map(
      ({ payload }) => payload["text"],
    );
    expect(texts).to.deep.equal(["milk", "rum"]);
  });

  it("keeps the old collection in place when the counts do not agree", async () => {
    await ensureSchema(client, schema);
    qdrant.isForgetful = true;

    const failure = await recreateCollection(parts(), schema).catch((error: unknown) => error);

    expect((failure as Error).message).to.include("has 0 points and should have 2");
    expect([...qdrant.aliases]).to.deep.equal([["agent_memory", schema.collection]]);
    expect([...qdrant.collections.keys()]).to.deep.equal([schema.collection]);
  });
});

describe("a recreation that is cut short", () => {
  const schema = memorySchema({ alias: "agent_memory", embeddingModel: "embed", dimension: 2 });
  const again = `${schema.collection}_r2`;
  let qdrant: FakeQdrant;
  let client: ReturnType<typeof qdrantClient>;
  beforeEach(async () => {
    qdrant = new FakeQdrant();
    client = qdrantClient(await qdrant.start(), undefined);
    await ensureSchema(client, schema);
  });
  afterEach(() => {
    qdrant.stop();
  });

  /** Two pages; `onPage` is told before each is given. */
  const parts = (onPage: (page: number) => void = () => undefined) => {
    let page = 0;
    return {
      client,
      embeddingModel: "embed",
      embed: (texts: readonly string[]) => Promise.resolve(texts.map(() => [1, 0])),
      messages: {
        after: (seq: string) => {
          onPage(++page);
          const next = Number(seq) + 1;
          return Promise.resolve(next > 2 ? [] : [message(next, `number ${next}`)]);
        },
        missing: () => Promise.resolve([]),
      },
    };
  };

  it("by nobody's waiting any more leaves the memory as it was, and no new collection", async () => {
    const left = new AbortController();
    const leaving = parts((page) => {
      if (page === 2) left.abort(new Error("nobody waits"));
    });

    const failure = await recreateCollection({ ...leaving, signal: left.signal }, schema).catch(
      (error: unknown) => error,
    );

    expect((failure as Error).message).to.equal("nobody waits");
    expect([...qdrant.aliases]).to.deep.equal([["agent_memory", schema.collection]]);
    expect([...qdrant.collections.keys()]).to.deep.equal([schema.collection]);
  });

  it("after the swap is brought to its end all the same", async () => {
    const left = new AbortController();
    // Page 4 is the first of the second pass.
    const leaving = parts((page) => {
      if (page === 4) left.abort();
    });

    const result = await recreateCollection({ ...leaving, signal: left.signal }, schema);

    expect(result).to.include({ collection: again, points: 2 });
    expect([...qdrant.aliases]).to.deep.equal([["agent_memory", again]]);
  });

  it("by a kill is cleared away by the next one, which keeps what was there before", async () => {
    const killed = { ...parts(), embed: () => new Promise<never>(() => undefined) };
    void recreateCollection(killed, schema);
    while (qdrant.aliases.get("agent_memory__filling") !== again) await turn();
    const between = new Map(qdrant.aliases);

    const result = await recreateCollection(parts(), schema);

    expect(between.get("agent_memory")).to.equal(schema.collection);
    expect(result).to.include({ collection: again, previous: schema.collection, points: 2 });
    expect([...qdrant.aliases]).to.deep.equal([["agent_memory", again]]);
    expect([...qdrant.collections.keys()]).to.deep.equal([schema.collection, again]);
  });
});

describe("the patience of maintenance", () => {
  it("is for services that start, not for a wrong key", () => {
    const answered = (status: number) => Object.assign(new Error("x"), { status });

    expect(isWorthWaiting(new TypeError("fetch failed", { cause: new Error("x") }))).to.equal(true);
    expect(isWorthWaiting(answered(503))).to.equal(true);
    expect(isWorthWaiting(answered(401))).to.equal(false);
    expect(isWorthWaiting(answered(400))).to.equal(false);
    expect(isWorthWaiting(new TypeError("x is undefined"))).to.equal(false);
  });
});
