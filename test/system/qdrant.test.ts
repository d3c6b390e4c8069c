import { expect } from "chai";
import { QdrantClient } from "@qdrant/js-client-rest";
import { docker, systemStack } from "../support/system-stack.ts";

// The unmodified client against whatever serves Qdrant in the stack, with its own collections.
const docs = "t_docs";
const uuid = "6f0b3c3e-6f5c-4f6f-9d0e-000000000001";
const client = () => new QdrantClient({ url: systemStack().url("qdrant") });

/** The HTTP status that a call fails with. */
async function statusOf(call: Promise<unknown>): Promise<number | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return (error as { status?: number }).status;
  }
}

async function fill(name: string): Promise<void> {
  await client().createCollection(name, { vectors: { size: 4, distance: "Cosine" } });
  await client().createPayloadIndex(name, {
    field_name: "city",
    field_schema: "keyword",
    wait: true,
  });
  await client().createPayloadIndex(name, { field_name: "n", field_schema: "integer", wait: true });
  await client().upsert(name, {
    wait: true,
    points: [
      { id: 1, vector: [1, 0, 0, 0], payload: { city: "Paris", n: 1, tags: ["a", "b"] } },
      { id: 2, vector: [0.9, 0.1, 0, 0], payload: { city: "Rome", n: 2 } },
      { id: uuid, vector: [0, 1, 0, 0], payload: { city: "Paris", n: 3 } },
    ],
  });
}

async function killAndStart(): Promise<void> {
  docker("kill", "--signal", "KILL", systemStack().containerId("qdrant"));
  docker("start", systemStack().containerId("qdrant"));
  const health = await systemStack().stack("health", "qdrant", "--wait", "--timeout", "60");
  expect(health.exitCode, health.stdout).to.equal(0);
}

describe("Qdrant, to its own JavaScript client", () => {
  beforeEach(async () => {
    await client().deleteCollection(docs);
    await fill(docs);
  });
  after(async () => {
    for (const { name } of (await client().getCollections()).collections) {
      if (name.startsWith("t_")) await client().deleteCollection(name);
    }
  });

  it("says what it is, in a version that the client accepts", async () => {
    const { title, version } = await client().versionInfo();

    expect(title).to.match(/qdrant/i);
    expect(version).to.match(/^1\.\d+\.\d+/);
  });

  it("reports a collection as it was created, and refuses it a second time", async () => {
    const { config, points_count: count } = await client().getCollection(docs);
    const again = client().createCollection(docs, { vectors: { size: 4, distance: "Cosine" } });

    expect(config.params.vectors).to.deep.include({ size: 4, distance: "Cosine" });
    expect(count).to.equal(3);
    expect(await statusOf(again)).to.equal(409);
    expect((await client().collectionExists(docs)).exists).to.equal(true);
  });

  it("keeps HNSW, quantization and tenant settings, and reports them as they were set", async () => {
    const hnsw = { m: 0, payload_m: 16 };
    await client().createCollection("t_settings", {
      vectors: { dense: { size: 8, distance: "Dot" } },
      hnsw_config: hnsw,
      quantization_config: { scalar: { type: "int8", always_ram: true } },
    });
    await client().createPayloadIndex("t_settings", {
      field_name: "user_id",
      field_schema: { type: "keyword", is_tenant: true },
      wait: true,
    });

    const { config, payload_schema: indexes } = await client().getCollection("t_settings");

    expect(config.hnsw_config).to.include(hnsw);
    expect(config.quantization_config).to.deep.equal({
      scalar: { type: "int8", always_ram: true },
    });
    expect(indexes["user_id"]).to.deep.include({ data_type: "keyword" });
    expect(indexes["user_id"]?.params).to.deep.include({ is_tenant: true });
  });

  it("changes a collection's settings by PATCH", async () => {
    await client().updateCollection(docs, { hnsw_config: { ef_construct: 123 } });

    const { config } = await client().getCollection(docs);
    expect(config.hnsw_config.ef_construct).to.equal(123);
  });

  it("finds the nearest points, filtered, cut off and by another point", async () => {
    const paris = { must: [{ key: "city", match: { value: "Paris" } }] };

    const found = await client().query(docs, { query: [1, 0, 0, 0], limit: 3, filter: paris });
    const near = await client().query(docs, {
      query: [1, 0, 0, 0],
      score_threshold: 0.5,
      with_payload: ["city"],
    });
    const like = await client().query(docs, { query: 1, limit: 1 });

    expect(found.points.map(({ id }) => id)).to.deep.equal([1, uuid]);
    expect(near.points.map(({ payload }) => payload)).to.deep.equal([
      { city: "Paris" },
      { city: "Rome" },
    ]);
    expect(like.points.map(({ id }) => id)).to.deep.equal([2]);
  });

  it("fuses several searches, and recommends", async () => {
    const fused = await client().query(docs, {
      prefetch: [
        { query: [1, 0, 0, 0], limit: 5 },
        { query: [0, 1, 0, 0], limit: 5 },
      ],
      query: { fusion: "rrf" },
      limit: 3,
    });
    const recommended = await client().query(docs, {
      query: { recommend: { positive: [1], negative: [uuid] } },
      limit: 2,
    });

    expect(fused.points).to.have.length(3);
    expect(recommended.points[0]?.id).to.equal(2);
  });

  it("scrolls page by page, in order of a field, and counts by filter", async () => {
    const first = await client().scroll(docs, { limit: 2 });
    const rest = await client().scroll(docs, { limit: 2, offset: first.next_page_offset ?? 0 });
    const ordered = await client().scroll(docs, {
      limit: 2,
      order_by: { key: "n", direction: "desc" },
    });
    const { count } = await client().count(docs, {
      filter: {
        should: [
          { key: "n", range: { gte: 2, lt: 11 } },
          { key: "tags", match: { any: ["a"] } },
        ],
        must_not: [{ has_id: [2] }],
      },
    });

    expect([...first.points, ...rest.points].map(({ id }) => id)).to.have.members([1, 2, uuid]);
    expect(ordered.points.map(({ payload }) => payload?.["n"])).to.deep.equal([3, 2]);
    expect(count).to.equal(2);
  });

  it("retrieves, changes and deletes points and their payload", async () => {
    await client().setPayload(docs, { payload: { extra: true }, points: [1], wait: true });
    const [changed] = await client().retrieve(docs, { ids: [1], with_vector: true });
    await client().deletePayload(docs, { keys: ["extra"], points: [1], wait: true });
    const [restored] = await client().retrieve(docs, { ids: [1] });
    await client().delete(docs, {
      wait: true,
      filter: { must: [{ key: "city", match: { value: "Rome" } }] },
    });
    await client().delete(docs, { wait: true, points: [uuid] });

    expect(changed?.payload).to.include({ extra: true });
    expect(changed?.vector).to.deep.equal([1, 0, 0, 0]);
    expect(restored?.payload).not.to.have.property("extra");
    expect((await client().count(docs)).count).to.equal(1);
  });

  it("takes a batch of operations, in order", async () => {
    await client().batchUpdate(docs, {
      wait: true,
      operations: [
        { upsert: { points: [{ id: 7, vector: [0, 0, 1, 0], payload: { city: "Oslo" } }] } },
        { set_payload: { points: [7], payload: { n: 70 } } },
        { delete: { points: [1] } },
      ],
    });

    const points = await client().retrieve(docs, { ids: [1, 7] });
    expect(points.map(({ id, payload }) => [id, payload])).to.deep.equal([
      [7, { city: "Oslo", n: 70 }],
    ]);
  });

  it("counts values by facet", async () => {
    const { hits } = await client().facet(docs, { key: "city" });

    expect(hits).to.have.deep.members([
      { value: "Paris", count: 2 },
      { value: "Rome", count: 1 },
    ]);
  });

  it("searches sparse and named vectors", async () => {
    await client().createCollection("t_named", {
      vectors: { dense: { size: 4, distance: "Dot" } },
      sparse_vectors: { bm25: { modifier: "idf" } },
    });
    const vector = { dense: [1, 0, 0, 0], bm25: { indices: [1, 5], values: [0.5, 1] } };
    await client().upsert("t_named", { wait: true, points: [{ id: 1, vector }] });

    const dense = await client().query("t_named", { query: [1, 0, 0, 0], using: "dense" });
    const query = { indices: [5], values: [1] };
    const sparse = await client().query("t_named", { query, using: "bm25" });

    expect(dense.points.map(({ id }) => id)).to.deep.equal([1]);
    expect(sparse.points.map(({ id }) => id)).to.deep.equal([1]);
  });

  it("is reached through an alias, which moves in one step", async () => {
    await client().createCollection("t_other", { vectors: { size: 4, distance: "Cosine" } });
    const point = (collection: string) => ({
      create_alias: { collection_name: collection, alias_name: "t_live" },
    });
    await client().updateCollectionAliases({ actions: [point(docs)] });
    const before = await client().count("t_live");
    await client().updateCollectionAliases({
      actions: [{ delete_alias: { alias_name: "t_live" } }, point("t_other")],
    });
    const after = await client().count("t_live");

    expect([before.count, after.count]).to.deep.equal([3, 0]);
  });

  it("refuses a vector of another length with 400, and what is not there with 404", async () => {
    const wrong = client().upsert(docs, { wait: true, points: [{ id: 9, vector: [1, 2] }] });

    expect(await statusOf(wrong)).to.equal(400);
    expect(await statusOf(client().count("t_nowhere"))).to.equal(404);
    expect((await client().count(docs)).count).to.equal(3);
  });

  it("shapes its errors as Qdrant does, and names the official image for what it lacks", async () => {
    const base = systemStack().url("qdrant");
    const missing = await fetch(`${base}/collections/t_nowhere`);
    const unserved = await fetch(`${base}/cluster`);

    expect(await missing.json())
      .to.have.nested.property("status.error")
      .that.is.a("string");
    expect(unserved.status).to.equal(501);
    expect(await unserved.text()).to.include("qdrant/qdrant");
  });
});

describe("Qdrant's snapshots", () => {
  it("bring a collection back as it was, by download and upload", async () => {
    await client().deleteCollection("t_saved");
    await fill("t_saved");
    const base = systemStack().url("qdrant");
    const snapshot = await client().createSnapshot("t_saved");
    const name = snapshot?.name ?? "";
    const download = await fetch(`${base}/collections/t_saved/snapshots/${name}`);
    const bytes = await download.arrayBuffer();
    await client().delete("t_saved", { wait: true, points: [1, 2] });
    const form = new FormData();
    form.append("snapshot", new Blob([bytes]), name);

    const upload = await fetch(`${base}/collections/t_saved/snapshots/upload?wait=true`, {
      method: "POST",
      body: form,
    });

    expect(upload.status, await upload.text()).to.equal(200);
    expect((await client().count("t_saved")).count).to.equal(3);
    expect((await client().listSnapshots("t_saved")).map((each) => each.name)).to.include(name);
    await client().deleteSnapshot("t_saved", name);
    expect(await client().listSnapshots("t_saved")).to.deep.equal([]);
  });

  it("bring it back from the server's own folder too, and a kill -9 changes nothing", async () => {
    const snapshot = await client().createSnapshot("t_saved");
    await client().delete("t_saved", { wait: true, points: [1, 2] });

    await client().recoverSnapshot("t_saved", {
      location: `file:///qdrant/snapshots/t_saved/${snapshot?.name ?? ""}`,
    });
    await killAndStart();

    expect((await client().count("t_saved")).count).to.equal(3);
    expect((await client().getCollection("t_saved")).payload_schema).to.have.keys("city", "n");
    await client().deleteSnapshot("t_saved", snapshot?.name ?? "");
  });

  it("that are damaged are refused before anything is replaced", async () => {
    const form = new FormData();
    form.append("snapshot", new Blob([new Uint8Array(2048)]), "broken.snapshot");

    const upload = await fetch(
      `${systemStack().url("qdrant")}/collections/t_saved/snapshots/upload?wait=true`,
      { method: "POST", body: form },
    );

    expect(upload.status).to.be.within(400, 499);
    expect((await client().count("t_saved")).count).to.equal(3);
    await client().deleteCollection("t_saved");
  });
});

describe("Qdrant's data", () => {
  it("outlives kill -9: what was acknowledged is there", async () => {
    await client().deleteCollection("t_durable");
    await client().createCollection("t_durable", { vectors: { size: 4, distance: "Dot" } });
    for (let id = 1; id <= 50; id++) {
      await client().upsert("t_durable", { wait: true, points: [{ id, vector: [id, 0, 0, 0] }] });
    }
    await killAndStart();

    expect((await client().count("t_durable", { exact: true })).count).to.equal(50);
    await client().deleteCollection("t_durable");
  });
});
