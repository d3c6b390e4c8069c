import { expect } from "chai";
import { type RegistryImageName, registryImages } from "../../infra/images/registry-images.ts";
import type { Secret, ServiceSpec } from "../../infra/service.ts";
import { imageFacts, type PathFacts } from "../lookalikes/facts.ts";
import { desiredWith, testSources } from "../support/desired.ts";

/**
 * How the stack runs the published images. What they are known to be is in `imageFacts`, to which the
 * look-alikes are held too: every specification has to fit both.
 */
interface Use {
  readonly user: string;
  readonly probe: string;
  /** Where the service keeps data; every one must be mounted. */
  readonly data: readonly string[];
  /** Its command, where the image's own does not hand SIGTERM on to the server. */
  readonly command?: readonly string[];
}

const uses: Readonly<Record<Exclude<RegistryImageName, "base">, Use>> = {
  postgres: { user: "999:999", probe: "bash", data: ["/var/lib/postgresql"] },
  qdrant: {
    user: "1000:1000",
    probe: "bash",
    data: ["/qdrant/storage", "/qdrant/snapshots"],
    command: ["./qdrant"],
  },
  model: { user: "10001:10001", probe: "bash", data: ["/models"] },
  phoenix: { user: "65532:65532", probe: "/usr/bin/python3", data: [] },
  searxng: { user: "977:977", probe: "python3", data: [] },
  litellm: { user: "10001:10001", probe: "python3", data: [] },
  "open-webui": { user: "10001:10001", probe: "bash", data: ["/data"] },
};
const names = Object.keys(uses) as (keyof typeof uses)[];

/** Whether a fresh volume at `path`, which takes owner and mode over from the image, is `user`'s to write. */
function mayWrite({ owner, mode }: PathFacts, user: string): boolean {
  const [uid, gid] = user.split(":");
  const [ownerUid, ownerGid] = owner.split(":");
  const digit = uid === ownerUid ? 1 : gid === ownerGid ? 2 : 3;
  return (Number(mode[digit]) & 2) !== 0;
}

const stacks = {
  registry: desiredWith({ IMAGE_SOURCE: "registry" }),
  build: desiredWith({ IMAGE_SOURCE: "build" }),
};
type Source = keyof typeof stacks;

function specOf(name: string, source: Source = "registry"): ServiceSpec {
  const spec = stacks[source].specs.find((candidate) => candidate.name === name);
  if (!spec) throw new Error(`${name} is not a service`);
  return spec;
}

const environmentOf = (name: string, source: Source = "registry") =>
  specOf(name, source).environment;

/** What Docker is asked to mount, of all services. */
function volumesOf(source: Source): string[] {
  const mounted = stacks[source].containers.flatMap(({ args }) => args.volumes);
  return mounted.map(({ volumeName }) => volumeName as string);
}

/** A variable that is not a secret. */
function textOf(value: string | Secret | undefined): string {
  if (typeof value !== "string") throw new Error("it is not plain text");
  return value;
}

describe("the published images", () => {
  for (const name of names) {
    const use = uses[name];
    const facts = imageFacts[name];

    it(`${name} runs as its image allows, probed by a program that is in it`, () => {
      const spec = specOf(name);

      expect(spec.user).to.equal(use.user);
      expect(spec.healthcheck.command[0]).to.equal(use.probe);
      expect(facts.programs).to.include(use.probe);
      expect(spec.mounts.map(({ path }) => path)).to.have.members(use.data);
      if (use.command) expect(spec.command).to.deep.equal(use.command);
      // An image of ours on top may change the owners of folders: then it is not a fact of the original's.
      if ("dockerfile" in spec.image) return;
      if (facts.runsAs !== "any") expect(facts.runsAs).to.include(use.user);
      for (const { path } of spec.mounts) {
        const folder = facts.paths[path];
        if (folder) expect(mayWrite(folder, use.user), path).to.equal(true);
      }
    });

    it(`${name} leaves no nameless volume behind: a mount or memory covers each of its image's`, () => {
      const spec = specOf(name);
      const covered = [...spec.mounts.map(({ path }) => path), ...Object.keys(spec.tmpfs)];

      expect(covered).to.include.members([...facts.volumes]);
      // Docker copies a file into the container below a mount, where nobody would see it.
      for (const { path } of spec.files) {
        expect(covered.filter((folder) => path.startsWith(`${folder}/`))).to.deep.equal([]);
      }
    });
  }

  it("carry a version in their tag, and the whole list is this one", () => {
    expect(Object.keys(registryImages)).to.have.members([...names, "base"]);
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

  it("have Postgres' clients look for the socket where our entry point opens it", () => {
    const script = testSources.readText("infra/services/postgres/entrypoint.sh");

    for (const source of ["registry", "build"] as const) {
      const { PGHOST } = environmentOf("postgres", source);
      expect(script).to.include(`unix_socket_directories=${textOf(PGHOST)} "$@"`);
    }
  });

  it("write nowhere but in mounts and memory where the root is read-only", () => {
    const spec = specOf("open-webui");
    const writable = [...spec.mounts.map(({ path }) => path), ...Object.keys(spec.tmpfs)];
    const { DATA_DIR, STATIC_DIR, TIKTOKEN_CACHE_DIR, HOME } = environmentOf("open-webui");
    const phoenix = environmentOf("phoenix");
    const written = [DATA_DIR, STATIC_DIR, TIKTOKEN_CACHE_DIR, HOME];

    for (const folder of [...written, phoenix["PHOENIX_WORKING_DIR"], phoenix["HOME"]]) {
      expect(writable).to.satisfy((roots: string[]) =>
        roots.some((root) => `${textOf(folder)}/`.startsWith(`${root}/`)),
      );
    }
  });

  it("have Open WebUI's folders, user and files as the built one has them", () => {
    const { user, tmpfs, mounts, files } = specOf("open-webui");

    expect(specOf("open-webui", "build")).to.deep.include({ user, tmpfs, mounts, files });
    expect(environmentOf("open-webui")).to.deep.equal(environmentOf("open-webui", "build"));
  });

  it("read documents with the packages of the built Open WebUI, in its versions", () => {
    const folder = "infra/services/open-webui";
    const pins = (path: string) => testSources.readText(path).match(/^[a-z0-9-]+==\S+/gm) ?? [];
    const readers = pins(`${folder}/published/requirements.txt`);

    expect(readers).to.have.length(8);
    expect(pins(`${folder}/requirements.txt`)).to.include.members(readers);
  });

  it("never open a volume of the built Qdrant, nor the built one theirs, whoever updates", () => {
    const volumes = (source: Source) => volumesOf(source).filter((name) => /qdrant/.test(name));

    expect(volumes("build")).to.have.length(2);
    expect(volumes("registry")).to.have.length(2);
    expect(volumes("registry")).not.to.include.members(volumes("build"));
    expect(new Set([...volumes("registry"), ...volumes("build")]).size).to.equal(4);
    // Stacks of earlier commits called either engine's volume so.
    for (const name of [...volumes("registry"), ...volumes("build")]) {
      expect(name).not.to.match(/-test-qdrant-(storage|snapshots)$/);
    }
  });

  it("share Postgres' and Open WebUI's data with the built ones", () => {
    const shared = (source: Source) =>
      volumesOf(source).filter((name) => /postgres|open-webui/.test(name));

    expect(shared("registry")).to.deep.equal(shared("build"));
    expect(shared("build")).to.deep.equal([
      "agent-stack-test-postgres-18-data",
      "agent-stack-test-open-webui-data",
    ]);
  });
});

describe("IMAGE_SOURCE", () => {
  it("is never guessed: a stack without it is refused, with the remedy", () => {
    expect(() => desiredWith({ IMAGE_SOURCE: "" })).to.throw("IMAGE_SOURCE is not set.");
  });
});
