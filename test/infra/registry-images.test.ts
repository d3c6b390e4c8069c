import { expect } from "chai";
import { registryImages } from "../../infra/images/registry-images.ts";
import { desiredWith } from "../support/desired.ts";

/**
 * What the published images are known to be, from their Dockerfiles, entry points and release notes
 * (November 2026). No registry can be reached where this was written, so this test stands in for the
 * first pull: it holds every specification against these facts.
 */
interface Facts {
  readonly user: string;
  /** The probe's program, which must exist in the image. */
  readonly probe: string;
  /** Where the image keeps data; every one must be mounted. */
  readonly data: readonly string[];
  /** True where the process writes outside its mounts and /tmp. */
  readonly writesRoot: boolean;
}

const facts: Readonly<Record<string, Facts>> = {
  postgres: {
    user: "999:999",
    probe: "pg_isready",
    data: ["/var/lib/postgresql"],
    writesRoot: false,
  },
  qdrant: {
    user: "1000:1000",
    probe: "bash",
    data: ["/qdrant/storage", "/qdrant/snapshots"],
    writesRoot: false,
  },
  model: { user: "10001:10001", probe: "curl", data: ["/var/tmp"], writesRoot: false },
  phoenix: { user: "65532:65532", probe: "/usr/bin/python3", data: [], writesRoot: false },
  searxng: { user: "977:977", probe: "wget", data: [], writesRoot: false },
  litellm: { user: "101:101", probe: "python3", data: [], writesRoot: false },
  "open-webui": {
    user: "10001:0",
    probe: "python3",
    data: ["/app/backend/data"],
    writesRoot: true,
  },
};

const stack = desiredWith({ IMAGE_SOURCE: "registry" });
const specOf = (name: string) => {
  const spec = stack.specs.find((candidate) => candidate.name === name);
  if (!spec) throw new Error(`${name} is no service`);
  return spec;
};

describe("the published images", () => {
  for (const [name, known] of Object.entries(facts)) {
    it(`${name} runs as its image allows, probed by a program that is in it`, () => {
      const spec = specOf(name);

      expect(spec.user).to.equal(known.user);
      expect(spec.healthcheck.command[0]).to.equal(known.probe);
      expect(spec.mounts.map(({ path }) => path)).to.have.members(known.data);
      expect(spec.writableRoot === true).to.equal(known.writesRoot);
    });
  }

  it("carry a version in their tag, and the whole list is this one", () => {
    expect(Object.keys(registryImages)).to.have.members([...Object.keys(facts), "base"]);
    for (const { tag } of Object.values(registryImages)) {
      expect(tag).not.to.match(/^(latest|main|stable|server)$/);
    }
  });

  it("never run LiteLLM of a release known to be bad", () => {
    // 1.82.7 and 1.82.8 were malicious, and CVE-2026-40217 is in everything before 1.83.10.
    const [, minor = "0"] = /^v1\.(\d+)\./.exec(registryImages.litellm.tag) ?? [];
    expect(Number(minor)).to.be.at.least(108);
  });

  it("give Postgres our entry point, which ensures roles and databases at every start", () => {
    const spec = specOf("postgres");

    expect(spec.entrypoint).to.deep.equal(["sh", "/opt/postgres/entrypoint.sh"]);
    expect(spec.files.map(({ path }) => path)).to.include("/opt/postgres/ensure-database.sql");
  });

  it("give Qdrant's data a family of its own, which the built engine can't read", () => {
    const families = (source: string) =>
      desiredWith({ IMAGE_SOURCE: source })
        .specs.flatMap(({ mounts }) => mounts)
        .filter(({ volume }) => volume.startsWith("qdrant"))
        .map(({ family }) => family);

    expect(new Set([...families("registry"), ...families("build")]).size).to.equal(2);
  });

  it("share Postgres' and Open WebUI's data with the built ones", () => {
    const shared = (source: string) =>
      desiredWith({ IMAGE_SOURCE: source })
        .specs.filter(({ name }) => ["postgres", "open-webui"].includes(name))
        .flatMap(({ mounts }) => mounts.map(({ volume, family }) => ({ volume, family })));

    expect(shared("registry")).to.deep.equal(shared("build"));
  });
});

describe("IMAGE_SOURCE", () => {
  it("is never guessed: a stack without it is refused, with the remedy", () => {
    expect(() => desiredWith({ IMAGE_SOURCE: "" })).to.throw("IMAGE_SOURCE is not set.");
  });
});
