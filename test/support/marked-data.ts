import { inService, qdrantClient, sql } from "./stores.ts";

const databases = ["agent", "phoenix", "openwebui"] as const;
const table = "t_marked";
const collection = "t_marked";
const folder = "/data/uploads/t_marked";

/** Writes one mark into every store: databases, memory and files that agree on it are of one moment. */
export async function markData(mark: string): Promise<void> {
  for (const database of databases) {
    sql(database, `CREATE TABLE IF NOT EXISTS ${table} (mark text)`);
    sql(database, `TRUNCATE ${table}; INSERT INTO ${table} VALUES ('${mark}')`);
  }
  const qdrant = qdrantClient();
  await qdrant.deleteCollection(collection);
  await qdrant.createCollection(collection, { vectors: { size: 4, distance: "Cosine" } });
  const points = Array.from({ length: 500 }, (_, index) => ({
    id: index + 1,
    vector: [index + 1, 1, 0, 0],
    payload: { mark },
  }));
  await qdrant.upsert(collection, { wait: true, points });
  // A file that every mark has, and one that no other has.
  const write = `rm -rf ${folder} && mkdir -p ${folder}`;
  inService("open-webui", `${write} && cd ${folder} && echo ${mark} | tee all ${mark} > /dev/null`);
}

/** The marks that are found, each once: one where all data is of one moment. */
export async function marksOfData(): Promise<string[]> {
  const rows = databases.flatMap((database) =>
    sql(database, `SELECT mark FROM ${table}`).split("\n"),
  );
  const { points } = await qdrantClient().scroll(collection, { limit: 1000 });
  const memory = points.map(({ payload }) => String(payload?.["mark"]));
  const counted = points.length === 500 ? [] : [`${points.length} points`];
  const files = inService("open-webui", `cd ${folder} && cat * && ls`).split("\n");
  return [...new Set([...rows, ...memory, ...counted, ...files.filter((name) => name !== "all")])];
}

export async function removeMarkedData(): Promise<void> {
  for (const database of databases) sql(database, `DROP TABLE IF EXISTS ${table}`);
  await qdrantClient().deleteCollection(collection);
  inService("open-webui", `rm -rf ${folder}`);
}
