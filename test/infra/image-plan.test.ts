import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageName, isPulled, type PlannedImage, planImages } from "../../infra/image-plan.ts";
import { contextFileHashes, repositorySources, type Sources } from "../../infra/sources.ts";
import { pulledImage } from "../../infra/images/registry-images.ts";
import { desiredWith, testSources } from "../support/desired.ts";

function sourcesWith(hashes: Readonly<Record<string, string>>): Sources {
  return {
    readText: () => "",
    hashContext: (folder) => hashes[folder] ?? `hash of ${folder}`,
    certificates: () => "",
    companyCertificates: () => "",
  };
}

const { specs } = desiredWith();

describe("planImages", () => {
  it("changes one service's tag when only its folder changed", () => {
    const before = planImages(specs, "build", sourcesWith({})).services;
    const after = planImages(
      specs,
      "build",
      sourcesWith({ "infra/services/qdrant": "new" }),
    ).services;

    const changed = [...before].filter(([name, image]) => {
      const now = after.get(name);
      return now && imageName(now) !== imageName(image);
    });
    expect(changed.map(([name]) => name)).to.deep.equal(["qdrant"]);
  });

  it("changes every tag when the base changed", () => {
    const before = planImages(specs, "build", sourcesWith({})).services;
    const after = planImages(specs, "build", sourcesWith({ "infra/images/base": "new" })).services;

    for (const [name, image] of before) {
      const now = after.get(name);
      expect(now && imageName(now), name).not.to.equal(imageName(image));
    }
  });
});

describe("planImages with a registry", () => {
  const stack = desiredWith({ IMAGE_SOURCE: "registry" });

  it("pulls what its project publishes, and builds the agent, the embeddings and Open WebUI", () => {
    const { services } = stack.images;
    const built = [...services].filter(([, image]) => !isPulled(image)).map(([name]) => name);

    expect(built).to.have.members(["agent", "embeddings", "open-webui"]);
  });

  it("builds Open WebUI on its published image, and again when another one is pinned", () => {
    const { reference } = pulledImage("open-webui");
    const image = stack.images.services.get("open-webui");
    const other = stack.specs.map((spec) =>
      spec.name === "open-webui" && !isPulled(spec.image)
        ? { ...spec, image: { ...spec.image, from: "example/open-webui:2" } }
        : spec,
    );
    const later = planImages(other, "registry", testSources).services.get("open-webui");

    expect(image).to.include({ from: reference });
    expect(image).to.have.nested.property("buildArgs.PUBLISHED", reference);
    expect(later).to.have.nested.property("buildArgs.PUBLISHED", "example/open-webui:2");
    expect(later && imageName(later)).not.to.equal(image && imageName(image));
  });

  it("builds ours on a published Debian, and not on one that is bootstrapped here", () => {
    const { base } = stack.images;

    expect(base).not.to.have.property("script");
    expect(base)
      .to.have.nested.property("buildArgs.DEBIAN")
      .that.matches(/^debian:/);
    expect(base.tag).not.to.equal(desiredWith().images.base.tag);
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

describe("every image's tag", () => {
  const root = join(import.meta.dirname, "../..");
  for (const source of ["build", "registry"]) {
    it(`changes with its Dockerfile, for IMAGE_SOURCE=${source}`, () => {
      const { base, shared, services, preparations } = desiredWith({ IMAGE_SOURCE: source }).images;
      const recipes = [base, ...shared, ...services.values(), ...preparations.values()].filter(
        (image): image is PlannedImage => "dockerfile" in image,
      );

      expect(recipes).to.have.length.greaterThan(3);
      for (const { name, context, dockerfile } of recipes) {
        expect(contextFileHashes(join(root, context)), name).to.have.property(dockerfile);
      }
    });
  }
});

describe("the agent's build context", () => {
  it("is blind to everything but the agent and the lockfile", () => {
    const ignored = [
      "infra/program/service.ts",
      "cli/main.ts",
      "test/infra/settings.test.ts",
      "README.md",
    ];
    const stack = desiredWith();

    expect(stack.images.services.get("agent")).to.include({ context: "." });
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
