import { expect } from "chai";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { automation } from "@pulumi/pulumi";
import { engineEnvironment } from "../../../../cli/docker/host/engine-environment.ts";
import { explicitHost } from "../../../../cli/docker/host/explicit-host.ts";
import { StackError } from "../../../../infra/stack-error.ts";
import { scratchFolder } from "../../../support/scratch-folder.ts";

/** What the API's own classes use, though its type hides it. */
interface RunsCommands {
  run(words: string[], folder: string, environment: NodeJS.ProcessEnv): Promise<{ stdout: string }>;
}

const address = { host: "unix:///chosen.sock" };

/** What a shell may say, and whether the engine and its plugins may hear it. */
const heard: readonly (readonly [name: string, value: string, isHeard: boolean])[] = [
  ["DOCKER_CONTEXT", "default", false],
  ["DOCKER_BUILDKIT", "0", false],
  ["BUILDX_BUILDER", "mine", false],
  ["BUILDX_NO_DEFAULT_ATTESTATIONS", "1", false],
  ["BUILDKIT_HOST", "tcp://elsewhere:1234", false],
  ["BUILDKIT_PROGRESS", "rawjson", false],
  ["DOCKER_API_VERSION", "1.24", false],
  ["DOCKER_DEFAULT_PLATFORM", "linux/s390x", false],
  ["DOCKER_CERT_PATH", "/left/by/docker-machine", false],
  ["DOCKER_TLS_VERIFY", "1", false],
  ["DOCKER_CA_MATERIAL", "-----BEGIN", false],
  ["COMPOSE_PROJECT_NAME", "other", false],
  ["EXPERIMENTAL_BUILDKIT_SOURCE_POLICY", "/policy.json", false],
  ["SOURCE_DATE_EPOCH", "0", false],
  ["DOCKER_CONFIG", "/credentials", true],
  ["DOCKER_AUTH_CONFIG", "{}", true],
  ["DOCKER_SSH_OPTS", "-o User=ada", true],
  ["HTTPS_PROXY", "http://proxy:3128", true],
  ["DOCKERFILES", "not Docker's", true],
];

describe("the environment of the engine and its plugins", () => {
  const scratch = scratchFolder();

  for (const [name, value, isHeard] of heard) {
    it(`${isHeard ? "keeps" : "drops"} ${name}`, () => {
      const environment = engineEnvironment({ PATH: "/bin", [name]: value }, address);

      expect(environment[name]).to.equal(isHeard ? value : undefined);
      expect(environment).to.include({ PATH: "/bin", DOCKER_HOST: "unix:///chosen.sock" });
    });
  }

  it("has the certificates of the engine that was chosen, and no others", () => {
    const chosen = { host: "tcp://there:2376", certificates: "/chosen" };
    const environment = engineEnvironment({ DOCKER_CERT_PATH: "/other" }, chosen);

    expect(environment).to.include({
      DOCKER_HOST: "tcp://there:2376",
      DOCKER_CERT_PATH: "/chosen",
      DOCKER_TLS_VERIFY: "1",
    });
  });

  it("reaches an engine over TCP without the proxy", () => {
    const shell = { HTTP_PROXY: "http://proxy:3128", no_proxy: "localhost" };

    const environment = engineEnvironment(shell, { host: "tcp://there:2375" });

    expect(environment["no_proxy"]).to.equal("localhost,there");
    expect(environment["NO_PROXY"]).to.equal("localhost,there");
  });

  // The Automation API adds to our own process's environment what it is given.
  it("holds through Pulumi's Automation API, whatever our own process was started with", async () => {
    mkdirSync(join(scratch.path, "bin"));
    const pulumi = join(scratch.path, "bin/pulumi");
    writeFileSync(pulumi, "#!/bin/sh\nenv\n");
    chmodSync(pulumi, 0o755);
    process.env["DOCKER_CONTEXT"] = "default";
    process.env["BUILDX_BUILDER"] = "mine";
    try {
      const command = await automation.PulumiCommand.get({
        root: scratch.path,
        skipVersionCheck: true,
      });
      const environment = engineEnvironment(process.env, address);
      const { stdout } = await (command as unknown as RunsCommands).run(
        [],
        scratch.path,
        environment,
      );

      expect(stdout).to.include("DOCKER_HOST=unix:///chosen.sock");
      expect(stdout).not.to.match(/DOCKER_CONTEXT|BUILDX_BUILDER/);
    } finally {
      delete process.env["DOCKER_CONTEXT"];
      delete process.env["BUILDX_BUILDER"];
    }
  });
});

describe("the engine that odd variables and files choose", () => {
  const scratch = scratchFolder();
  const config = (text: string) => {
    writeFileSync(join(scratch.path, "config.json"), text);
    return { DOCKER_CONFIG: scratch.path };
  };

  /** None of them may end as "an unexpected error". */
  const cases: readonly (readonly [
    what: string,
    environment: () => NodeJS.ProcessEnv,
    says: string,
  ])[] = [
    ["no address", () => ({ DOCKER_HOST: "rubbish" }), "not an engine's address"],
    ["an impossible port", () => ({ DOCKER_HOST: "tcp://h:99999" }), "not an engine's address"],
    ["an unknown context", () => ({ ...config("{}"), DOCKER_CONTEXT: "x" }), 'context "x"'],
    ["a context in use that is gone", () => config('{"currentContext":"y"}'), 'context "y"'],
    ["settings that are not JSON", () => config("{"), "can't be read"],
    ["a file as the settings' folder", () => ({ DOCKER_CONFIG: "/dev/null" }), "can't be read"],
  ];
  for (const [what, environment, says] of cases) {
    it(`refuses ${what}, with a remedy`, () => {
      const act = () => explicitHost(environment(), scratch.path);

      expect(act).to.throw(StackError, says).with.property("remedy").that.is.a("string");
    });
  }

  for (const text of ["null", "[]", "5", '{"currentContext":5}', '{"currentContext":""}']) {
    it(`is none where config.json is ${text}`, () => {
      expect(explicitHost(config(text), scratch.path)).to.equal(undefined);
    });
  }

  it("takes an empty variable for one that is not set, as the docker command does", () => {
    const environment = {
      ...config('{"currentContext":"y"}'),
      DOCKER_CONTEXT: "",
      DOCKER_HOST: "",
    };

    expect(() => explicitHost(environment, scratch.path)).to.throw(StackError, 'context "y"');
  });

  it("asks a socket for no certificates, whatever an old DOCKER_CERT_PATH says", () => {
    const environment = { DOCKER_HOST: "unix:///a.sock", DOCKER_CERT_PATH: "/old" };

    expect(explicitHost(environment, scratch.path)).not.to.have.property("certificates");
  });
});
