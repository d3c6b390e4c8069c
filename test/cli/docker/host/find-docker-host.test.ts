import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { join } from "node:path";
import { dockerClient } from "../../../../cli/docker/docker-client.ts";
import { type Home, usualPlaces } from "../../../../cli/docker/host/candidates.ts";
import { explicitHost } from "../../../../cli/docker/host/explicit-host.ts";
import { findAmong } from "../../../../cli/docker/host/find-docker-host.ts";
import { StackError } from "../../../../infra/stack-error.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const docker = { Version: "28.1.0", ApiVersion: "1.49", Components: [{ Name: "Engine" }] };

describe("finding an engine", () => {
  const folder = scratchFolder();
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Something that speaks Docker's API on its own socket. */
  async function engine(name: string, version: object): Promise<string> {
    const path = join(folder.path, name);
    const server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json").end(JSON.stringify(version));
    });
    servers.push(server.listen(path));
    await once(server, "listening");
    return `unix://${path}`;
  }

  async function refusalOf(found: Promise<unknown>): Promise<StackError> {
    const error: unknown = await found.catch((reason: unknown) => reason);
    if (error instanceof StackError) return error;
    throw new Error("it was not refused");
  }

  it("takes the first place that answers", async () => {
    const host = await engine("second.sock", docker);
    const nowhere = `unix://${join(folder.path, "first.sock")}`;

    const found = await findAmong(undefined, [
      { host: nowhere, source: "default" },
      { host, source: "colima" },
    ]);

    expect(found).to.deep.equal({
      host,
      source: "colima",
      engineVersion: "28.1.0",
      apiVersion: "1.49",
      startedByUs: false,
    });
  });

  it("finds none where nothing listens", async () => {
    expect(await findAmong(undefined, [])).to.equal(undefined);
  });

  it("refuses Podman, which drops health checks, and an engine that is too old", async () => {
    const podman = await engine("podman.sock", {
      ...docker,
      Components: [{ Name: "Podman Engine" }],
    });
    const old = await engine("old.sock", { ...docker, Version: "19.3", ApiVersion: "1.40" });

    const [first, second] = await Promise.all([
      refusalOf(findAmong(undefined, [{ host: podman, source: "rootless" }])),
      refusalOf(findAmong(undefined, [{ host: old, source: "default" }])),
    ]);

    expect(first.message).to.include("Podman");
    expect(second.message).to.include("too old");
    expect(second.remedy).to.include("20.10");
  });

  it("never takes another engine for the one that was chosen", async () => {
    const other = await engine("other.sock", docker);
    const chosen = explicitHost({ DOCKER_HOST: "unix:///nowhere/docker.sock" }, folder.path);

    const error = await refusalOf(findAmong(chosen, [{ host: other, source: "default" }]));

    expect(error.message).to.include("DOCKER_HOST leads to unix:///nowhere/docker.sock");
  });

  it("follows the context in use, and DOCKER_CONTEXT before it", () => {
    const meta = (name: string, Host: string) => {
      const id = createHash("sha256").update(name).digest("hex");
      const place = join(folder.path, ".docker/contexts/meta", id);
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "meta.json"), JSON.stringify({ Endpoints: { docker: { Host } } }));
    };
    meta("work", "unix:///work.sock");
    meta("home", "unix:///home.sock");
    const config = JSON.stringify({ currentContext: "work" });
    writeFileSync(join(folder.path, ".docker/config.json"), config);

    expect(explicitHost({}, folder.path)?.host).to.equal("unix:///work.sock");
    expect(explicitHost({ DOCKER_CONTEXT: "home" }, folder.path)?.host).to.equal(
      "unix:///home.sock",
    );
    expect(explicitHost({ DOCKER_CONTEXT: "default" }, folder.path)).to.equal(undefined);
    expect(() => explicitHost({ DOCKER_CONTEXT: "gone" }, folder.path)).to.throw(
      StackError,
      'There is no Docker context "gone"',
    );
  });

  it("takes along the certificates of a context, and those that the environment names", () => {
    const id = createHash("sha256").update("work").digest("hex");
    const meta = join(folder.path, ".docker/contexts/meta", id);
    const tls = join(folder.path, ".docker/contexts/tls", id, "docker");
    for (const place of [meta, tls]) mkdirSync(place, { recursive: true });
    const endpoint = { Endpoints: { docker: { Host: "tcp://work:2376" } } };
    writeFileSync(join(meta, "meta.json"), JSON.stringify(endpoint));
    writeFileSync(join(tls, "ca.pem"), "the authority");
    const there = { DOCKER_HOST: "tcp://there:2376" };

    const context = explicitHost({ DOCKER_CONTEXT: "work" }, folder.path);
    const client = context && dockerClient(context);

    expect(context?.certificates).to.equal(tls);
    expect(client?.modem).to.deep.include({ protocol: "https", host: "work" });
    expect(String((client?.modem as { ca?: Buffer }).ca)).to.equal("the authority");
    expect(
      explicitHost({ ...there, DOCKER_CERT_PATH: "/certificates" }, folder.path)?.certificates,
    ).to.equal("/certificates");
    expect(explicitHost({ ...there, DOCKER_TLS_VERIFY: "1" }, folder.path)?.certificates).to.equal(
      join(folder.path, ".docker"),
    );
    expect(explicitHost(there, folder.path)).not.to.have.property("certificates");
  });

  describe("where nobody chose one", () => {
    const places = (user: Partial<Home>) =>
      usualPlaces({
        ...{ environment: {}, home: "/home/ada", platform: "linux", uid: 1000 },
        list: () => [],
        ...user,
      }).map(({ host }) => host.replace("unix://", ""));

    it("looks at the system's, a rootless one's, and those of the desktop programs", () => {
      expect(places({ environment: { XDG_RUNTIME_DIR: "/run/user/1" } })).to.deep.equal([
        "/var/run/docker.sock",
        "/run/user/1/docker.sock",
        "/home/ada/.colima/default/docker.sock",
        "/home/ada/.orbstack/run/docker.sock",
        "/home/ada/.rd/docker.sock",
        "/home/ada/.docker/run/docker.sock",
        "/home/ada/.docker/desktop/docker.sock",
      ]);
    });

    it("finds a rootless one from a login without XDG_RUNTIME_DIR, and root has none", () => {
      expect(places({})).to.include("/run/user/1000/docker.sock");
      expect(places({ uid: 0 }).join()).not.to.include("/run/user");
      expect(places({ platform: "darwin", uid: 501 }).join()).not.to.include("/run/user");
    });

    it("finds every profile of Colima, wherever its home is", () => {
      const folders: Readonly<Record<string, string[]>> = {
        "/home/ada/.colima": ["_lima", "work", "default", "ci", ".cache"],
        "/config/colima": ["default", "two"],
      };
      const list = (folder: string) => folders[folder] ?? [];
      const ofColima = (user: Partial<Home>) =>
        places({ list, ...user }).filter((place) => place.includes("colima"));

      expect(ofColima({})).to.deep.equal([
        "/home/ada/.colima/default/docker.sock",
        "/home/ada/.colima/ci/docker.sock",
        "/home/ada/.colima/work/docker.sock",
      ]);
      expect(ofColima({ environment: { COLIMA_HOME: "/config/colima" } })).to.deep.equal([
        "/config/colima/default/docker.sock",
        "/config/colima/two/docker.sock",
      ]);
      expect(
        ofColima({ home: "/home/bob", environment: { XDG_CONFIG_HOME: "/config" } }),
      ).to.deep.equal(["/config/colima/default/docker.sock", "/config/colima/two/docker.sock"]);
    });

    it("looks at Docker's pipes on Windows", () => {
      expect(places({ platform: "win32", uid: undefined })).to.deep.equal([
        "npipe:////./pipe/docker_engine",
        "npipe:////./pipe/dockerDesktopLinuxEngine",
      ]);
    });
  });
});
