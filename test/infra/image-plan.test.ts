import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planImages } from "../../infra/image-plan.ts";
import { repositorySources, type Sources } from "../../infra/sources.ts";
import { desiredWith } from "../support/desired.ts";

function sourcesWith(hashes: Readonly<Record<string, string>>): Sources {
  return { readText: () => "", hashContext: (folder) => hashes[folder] ?? `hash of ${folder}` };
}

const { specs } = desiredWith();

describe("planImages", () => {
  it("changes one service's tag when only its folder changed", () => {
    const before = planImages(specs, sourcesWith({})).services;
    const after = planImages(specs, sourcesWith({ "infra/services/qdrant": "new" })).services;

    const changed = [...before.keys()].filter(
      (name) => before.get(name)?.tag !== after.get(name)?.tag,
    );
    expect(changed).to.deep.equal(["qdrant"]);
  });

  it("changes every tag when the base changed", () => {
    const before = planImages(specs, sourcesWith({})).services;
    const after = planImages(specs, sourcesWith({ "infra/images/base": "new" })).services;

    for (const name of before.keys())
      expect(before.get(name)?.tag).not.to.equal(after.get(name)?.tag);
  });
});

describe("the hash of a build context", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "context-"));
    mkdirSync(join(folder, "image"));
    writeFileSync(join(folder, "image/Dockerfile"), "FROM scratch\n");
    writeFileSync(join(folder, "image/notes.md"), "one");
    writeFileSync(join(folder, "image/.dockerignore"), "*.md\n");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const hash = () => repositorySources(folder).hashContext("image");

  it("is blind to what .dockerignore keeps out", () => {
    const before = hash();
    writeFileSync(join(folder, "image/notes.md"), "two");

    expect(hash()).to.equal(before);
  });

  it("sees a changed, added and renamed file", () => {
    const original = hash();
    writeFileSync(join(folder, "image/Dockerfile"), "FROM other\n");
    const changed = hash();
    writeFileSync(join(folder, "image/more"), "");
    const added = hash();

    expect(new Set([original, changed, added]).size).to.equal(3);
  });
});

describe("the agent's build context", () => {
  it("is blind to everything but the agent and the lockfile", () => {
    const ignored = ["infra/program.ts", "cli/main.ts", "test/infra/settings.test.ts", "README.md"];
    const stack = desiredWith();

    expect(stack.images.services.get("agent")?.context).to.equal(".");
    for (const file of ignored) expect(isInContext(file), file).to.equal(false);
    for (const file of ["agent/main.ts", "package-lock.json"]) {
      expect(isInContext(file), file).to.equal(true);
    }
  });
});

function isInContext(file: string): boolean {
  const root = mkdtempSync(join(tmpdir(), "root-"));
  try {
    const real = join(import.meta.dirname, "../..");
    const rules = repositorySources(real).readText(".dockerignore");
    writeFileSync(join(root, ".dockerignore"), rules);
    const empty = repositorySources(root).hashContext(".");
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), "content");
    return repositorySources(root).hashContext(".") !== empty;
  } finally {
    rmSync(root, { recursive: true });
  }
}
