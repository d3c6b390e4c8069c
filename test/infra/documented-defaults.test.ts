import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { endpoints } from "../../infra/services/endpoints.ts";
import { definitions } from "../../infra/settings/definitions.ts";
import { defaultPorts } from "../support/default-ports.ts";

const root = join(import.meta.dirname, "../..");
const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: root })];
const ports = defaultPorts();
const fallbacks: Readonly<Record<string, { readonly fallback: string | undefined }>> = definitions;

/** Defaults in prose, as in "`AGENT_MAX_RUNS` (64)" and "(`AGENT_FETCH_MAX_REDIRECTS`, 5)". */
const told = /`([A-Z][A-Z0-9_]+)`(?: \(|, )(\d[\d,]*)( MiB)?\b/g;

function toldDefaults(text: string): { name: string; value: number }[] {
  return [...text.matchAll(told)]
    .map(([, name = "", digits = "", unit]) => ({
      name,
      value: Number(digits.replaceAll(",", "")) * (unit === undefined ? 1 : 1024 ** 2),
    }))
    .filter(({ name }) => name in fallbacks);
}

describe("a default that a page tells", () => {
  const found = pages.flatMap((page) => {
    const text = readFileSync(join(root, page), "utf8");
    return toldDefaults(text).map((each) => ({ page, ...each }));
  });

  it("is found in prose", () => {
    expect(found.map(({ name }) => name)).to.include.members([
      "AGENT_TRACE_RETENTION_DAYS",
      "AGENT_FETCH_MAX_REDIRECTS",
      "AGENT_TOTAL_BODY_BYTES",
    ]);
  });

  for (const { page, name, value } of found) {
    it(`is the setting's own: ${name} in ${page}`, () => {
      expect(String(value)).to.equal(fallbacks[name]?.fallback);
    });
  }

  it("is the port of a service, wherever an address on localhost has one", () => {
    const known = Object.values(ports);
    for (const page of pages) {
      const text = readFileSync(join(root, page), "utf8");
      for (const [address, port] of text.matchAll(/http:\/\/localhost:(\d+)/g)) {
        expect(known, `${address} in ${page}`).to.include(Number(port));
      }
    }
  });

  it("is each service's port in README's table, which has a row for each service", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    for (const name of Object.keys(endpoints)) {
      const row = readme.split("\n").find((line) => line.startsWith(`| ${name} `)) ?? "no row";
      const port = ports[name];
      expect(row, name).to.include(port === undefined ? "inside the stack" : `127.0.0.1:${port} `);
    }
  });
});
