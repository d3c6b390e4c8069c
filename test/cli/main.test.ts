import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../..");

/** Counts what a process loads, by package ("own" for this repository's), and prints it at the end. */
const counter = `
import { registerHooks } from "node:module";
const seen = {};
registerHooks({
  load(url, context, next) {
    const [, name] = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url) ?? [];
    const of = name ?? (url.startsWith("node:") ? "node" : "own");
    seen[of] = (seen[of] ?? 0) + 1;
    return next(url, context);
  },
});
process.on("exit", () => console.error("loaded " + JSON.stringify(seen)));
`;

function loadedBy(...words: string[]): Readonly<Record<string, number>> {
  const { stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(counter)}`,
      join(root, "cli/main.ts"),
      ...words,
    ],
    // Where there is no Docker, a command has loaded what it needs to find that out.
    { encoding: "utf8", env: { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock" } },
  );
  const [, json] = /^loaded (.*)$/m.exec(stderr) ?? [];
  if (json === undefined) throw new Error(stderr);
  return JSON.parse(json) as Record<string, number>;
}

// Each module costs a file's read and its start: a command that a person waits for loads what it uses.
describe("what a command loads", () => {
  it("is the command line alone for --help", () => {
    const { own, node: builtin, ...packages } = loadedBy("--help");

    expect(own).to.be.at.most(30);
    expect(builtin).to.be.at.most(25);
    expect(Object.keys(packages)).to.include("yargs");
    expect(packages).not.to.have.any.keys("zod", "yaml", "undici", "dockerode", "@pulumi/pulumi");
    // What measures lines that are too long compiles expressions over all emoji.
    expect(packages).not.to.have.any.keys("get-east-asian-width", "wrap-ansi", "cli-truncate");
    expect(Object.values(packages).reduce((sum, count) => sum + count, 0)).to.be.at.most(20);
  });

  for (const name of ["status", "logs", "health", "open"]) {
    it(`has no engine, no table of settings and one HTTP client for ${name}`, () => {
      const { own, node: builtin, ...packages } = loadedBy(name);

      expect(own).to.be.at.most(80);
      expect(builtin).to.be.at.most(80);
      expect(Object.values(packages).reduce((sum, count) => sum + count, 0)).to.be.at.most(105);
      expect(packages).not.to.have.any.keys(
        ...["@pulumi/pulumi", "@pulumi/docker", "zod", "yaml", "undici", "yauzl", "log-update"],
        // What dockerode would load for builds and for its own SSH.
        ...["ssh2", "@grpc/grpc-js", "protobufjs"],
      );
    });
  }

  it("is not all that node:http exports, a client for WebSockets included", () => {
    const script =
      `import(${JSON.stringify(join(root, "cli/docker/docker-client.ts"))}).then(() => {\n` +
      `  console.log(process.moduleLoadList.some((name) => name.includes("deps/undici")));\n});`;

    const { stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });

    expect(stdout.trim()).to.equal("false");
  });
});
