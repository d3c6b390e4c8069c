import { bytes } from "../output/bytes.ts";
import { table } from "../output/table.ts";

/** What the agent's database contains, one row per count, for people. */
export function describeDatabase(database: Readonly<Record<string, unknown>>): string {
  return table(Object.entries(database).map(readable));
}

/** "database_bytes 8123456" is "database size  8.1 MB" to people. */
function readable([name, value]: [string, unknown]): [string, string] {
  const size = /^(.*)_bytes$/u.exec(name)?.[1];
  if (size !== undefined && typeof value === "number")
    return [`${inWords(size)} size`, bytes(value)];
  return [inWords(name), typeof value === "number" ? value.toLocaleString("en-US") : String(value)];
}

function inWords(name: string): string {
  return name.replaceAll("_", " ");
}
