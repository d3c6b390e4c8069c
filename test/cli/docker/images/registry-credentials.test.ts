import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { loginFor } from "../../../../cli/docker/images/registry-credentials.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

const hub = "https://index.docker.io/v1/";
const encoded = (text: string) => Buffer.from(text).toString("base64");

describe("the user's login for a registry", () => {
  const folder = scratchFolder();
  const environment = () => ({
    DOCKER_CONFIG: join(folder.path, "docker"),
    HOME: join(folder.path, "home"),
    PATH: `${folder.path}${delimiter}${process.env["PATH"] ?? ""}`,
  });
  const configure = (content: object | string, below = "docker") => {
    mkdirSync(join(folder.path, below), { recursive: true });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    writeFileSync(join(folder.path, below, "config.json"), text);
  };
  /** A helper that answers with what the shell text prints; it gets the server in $server. */
  const helper = (name: string, script: string) => {
    const path = join(folder.path, `docker-credential-${name}`);
    writeFileSync(path, `#!/bin/sh\n[ "$1" = get ] || exit 9\nread -r server\n${script}\n`);
    chmodSync(path, 0o755);
  };
  const login = (registry: string) => loginFor(registry, environment());

  it("is none where Docker has no configuration", async () => {
    expect(await login("docker.io")).to.deep.equal({});
  });

  it("is what docker login wrote, under any of the names of a registry", async () => {
    for (const key of [hub, "index.docker.io", "docker.io"]) {
      configure({ auths: { [key]: { auth: encoded("me:pass:word") } } });

      expect((await login("docker.io")).credentials, key).to.deep.equal({
        serveraddress: hub,
        username: "me",
        password: "pass:word",
      });
    }
    configure({ auths: { "https://registry.example.com:5000/v2/": { auth: encoded("a:b") } } });
    expect((await login("registry.example.com:5000")).credentials).to.deep.include({
      serveraddress: "registry.example.com:5000",
      username: "a",
    });
    expect(await login("registry.example.com")).to.deep.equal({});
  });

  it("is looked for below the home folder where DOCKER_CONFIG names none", async () => {
    configure({ auths: { "ghcr.io": { auth: encoded("me:here") } } }, "home/.docker");

    const { HOME } = environment();

    expect((await loginFor("ghcr.io", { HOME })).credentials).to.deep.include({ password: "here" });
  });

  it("is what DOCKER_AUTH_CONFIG says before all, where it says anything of that registry", async () => {
    configure({ auths: { "ghcr.io": { auth: encoded("me:file") } } });
    const given = (auths: object) =>
      loginFor("ghcr.io", { ...environment(), DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) });

    const own = await given({ "ghcr.io": { auth: encoded("me:variable") } });
    const other = await given({ "quay.io": { auth: encoded("me:variable") } });

    expect(own.credentials?.password).to.equal("variable");
    expect(other.credentials?.password).to.equal("file");
  });

  it("comes from the helper of that registry, else from the store", async () => {
    configure({
      auths: { "ghcr.io": {}, [hub]: {} },
      credsStore: "store",
      credHelpers: { "ghcr.io": "special" },
    });
    const prints = (name: string) =>
      `printf '{"ServerURL":"%s","Username":"${name}","Secret":"%s"}' "$server" "$server"`;
    helper("store", prints("of-store"));
    helper("special", prints("of-special"));

    expect((await login("ghcr.io")).credentials).to.deep.equal({
      serveraddress: "ghcr.io",
      username: "of-special",
      password: "ghcr.io",
    });
    expect((await login("docker.io")).credentials).to.deep.equal({
      serveraddress: hub,
      username: "of-store",
      password: hub,
    });
  });

  it("may be a token, which helpers mark by a name", async () => {
    configure({ credsStore: "store" });
    helper("store", `printf '{"Username":"<token>","Secret":"t0ken"}'`);

    expect((await login("docker.io")).credentials).to.deep.equal({
      serveraddress: hub,
      identitytoken: "t0ken",
    });
  });

  it("is none, and no problem, where the store has none", async () => {
    configure({ credsStore: "store" });
    helper("store", "echo credentials not found in native keychain; exit 1");

    expect(await login("docker.io")).to.deep.equal({});
  });

  it("is said to be out of reach, without a word of what the helper printed", async () => {
    configure({ credsStore: "store" });
    helper("store", "echo s3cret; echo s3cret >&2; exit 1");

    const { credentials, problem } = await login("docker.io");

    expect(credentials).to.equal(undefined);
    expect(problem).to.include("docker-credential-store").and.include("failed");
    expect(problem).not.to.include("s3cret");
    configure({ credsStore: "nowhere" });
    expect((await login("docker.io")).problem).to.include("is not installed");
  });

  it("is said to be unreadable where the file is not JSON, or not Docker's", async () => {
    configure("{ auths");
    expect((await login("docker.io")).problem).to.include("config.json can't be read");
    configure({ auths: "none" });
    expect((await login("docker.io")).problem).to.include("config.json can't be read");
  });
});
