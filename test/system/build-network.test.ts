import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { RequestListener } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { automation } from "@pulumi/pulumi";
import * as docker from "@pulumi/docker";
import { expect } from "chai";
import { engineEnvironment } from "../../cli/docker/host/engine-environment.ts";
import { requireDockerHost } from "../../cli/docker/host/find-docker-host.ts";
import { ensureToolchain, type Toolchain } from "../../cli/toolchain/ensure-toolchain.ts";
import { writeBuildSecrets } from "../../infra/build-network.ts";
import { desiredStack } from "../../infra/desired-stack.ts";
import { imageArguments } from "../../infra/program/image-arguments.ts";
import { networkSettings } from "../../infra/network-settings.ts";
import { repositorySources } from "../../infra/sources.ts";
import {
  type InspectingProxy,
  PrivateAuthority,
  startInspectingProxy,
} from "../support/inspecting-proxy.ts";
import { settingsWith } from "../support/settings.ts";
import { scratchClone } from "../support/system-stack.ts";

// The real provider and engine build the image that fetches from Python's package index, and nothing
// but a proxy with a certificate authority of its own leads there.
describe("an image build in a company's network", function () {
  this.timeout(10 * 60_000);
  const password = "s3cret-of-the-proxy";
  let scratch: string;
  let clone: string;
  let proxy: InspectingProxy;
  let toolchain: Toolchain;
  let host: string;
  let stack: automation.Stack;
  const image = `agent-stack-test/tools:${process.pid}`;
  const base = `agent-stack-test/base:${process.pid}`;
  let authority: PrivateAuthority;

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), "build-network-"));
    clone = scratchClone();
    // BuildKit's cache is blind to secrets: without an edit it would run nothing.
    appendFileSync(join(clone, "infra/images/python/with-network"), `# ${scratch}\n`);
    const recipe = join(clone, "infra/images/debian/Dockerfile");
    const text = readFileSync(recipe, "utf8");
    writeFileSync(
      recipe,
      text.replace("FROM ${DEBIAN}", `FROM \${DEBIAN}\nENV RUN_OF=${process.pid}`),
    );
    ({ host } = await requireDockerHost({ environment: process.env }));
    toolchain = await ensureToolchain({ environment: process.env, report: () => undefined });
    authority = new PrivateAuthority(scratch);
    proxy = await startInspectingProxy(
      authority,
      pythonIndex(scratch, join(clone, "infra/images/python/Dockerfile")),
      bridgeAddress(),
    );
    writeBuildSecrets(
      clone,
      networkSettings(
        { HTTPS_PROXY: proxy.address.replace("//", `//ada:${password}@`) },
        { COMPANY_CA_FILE: authority.file },
      ),
    );
    stack = await openStack();
  });
  after(async () => {
    await proxy.close();
    execFileSync("docker", ["image", "rm", "--force", image, base], { stdio: "ignore" });
    for (const folder of [scratch, clone]) rmSync(folder, { recursive: true, force: true });
  });

  function openStack(): Promise<automation.Stack> {
    const imagesFrom = (source: string) =>
      desiredStack(settingsWith({ IMAGE_SOURCE: source }), "test", repositorySources(clone)).images;
    const images = imagesFrom("build");
    const tools = images.shared.find(({ name }) => name === "tools");
    if (!tools) throw new Error("there is no image of tools");
    // The stage before it is built on the way.
    const plan = imageArguments({ ...tools, tag: image }, "..");
    // No registry has to be there: the base of built images is a Debian, too.
    const published = imagesFrom("registry").base;
    if ("script" in published) throw new Error("the base of pulled images is not a Dockerfile");
    const buildArgs = { DEBIAN: images.base.tag };
    const basePlan = imageArguments({ ...published, tag: base, buildArgs }, "..");
    const environment = {
      ...engineEnvironment(
        { ...process.env, DOCKER_CONFIG: otherBuilderInUse(scratch, host), BUILDX_BUILDER: "mine" },
        { host },
      ),
      PATH: [...toolchain.path, process.env["PATH"]].join(":"),
      PULUMI_BACKEND_URL: `file://${scratch}`,
      PULUMI_CONFIG_PASSPHRASE: "of the test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    mkdirSync(join(clone, ".stack/logs"), { recursive: true });
    return automation.PulumiCommand.get({
      root: dirname(dirname(toolchain.engine.executable)),
      skipVersionCheck: true,
    }).then((pulumiCommand) =>
      automation.LocalWorkspace.createOrSelectStack(
        {
          stackName: "test",
          projectName: "agent-stack",
          program: () => {
            new docker.RemoteImage("image", plan);
            new docker.RemoteImage("base", basePlan);
            return Promise.resolve({});
          },
        },
        { workDir: clone, envVars: environment, pulumiCommand },
      ),
    );
  }

  it("reaches the index through the proxy and trusts it, beside another buildx builder in use", async () => {
    const { summary } = await stack.up();

    expect(summary.resourceChanges).to.include({ create: 3 });
    // Whichever index this machine is set to: it is reached through the proxy alone.
    expect(proxy.connections.filter((address) => address.endsWith(":443"))).not.to.deep.equal([]);
    expect(proxy.credentials).to.include(`ada:${password}`);
    const version = ["run", "--rm", "--network", "none", image, "/opt/uv/bin/uv", "--version"];
    expect(execFileSync("docker", version, { encoding: "utf8" })).to.match(/^uv \d/);
  });

  it("gives the base of pulled images the company's certificates, as the base of built ones has them", () => {
    const read = 'cat "$SSL_CERT_FILE"; test "$SSL_CERT_FILE" = "$NODE_EXTRA_CA_CERTS"';
    const words = ["run", "--rm", "--network", "none", "--user", "10001", base, "sh", "-c", read];
    const bundle = execFileSync("docker", words, { encoding: "utf8" });

    expect(bundle).to.include(readFileSync(authority.file, "utf8").trim());
    expect(bundle.match(/BEGIN CERTIFICATE/g)).to.have.length.greaterThan(100);
  });

  it("leaves no trace of the proxy in the image, its history or the state", async () => {
    const inspected = execFileSync("docker", ["image", "inspect", image], { encoding: "utf8" });
    const history = ["image", "history", "--no-trunc", image];
    const state = JSON.stringify(await stack.exportStack());
    for (const text of [inspected, execFileSync("docker", history, { encoding: "utf8" }), state]) {
      expect(text)
        .not.to.include(password)
        .and.not.to.include(proxy.address.replace("http://", ""));
    }
    const files = [
      "run",
      "--rm",
      "--network",
      "none",
      image,
      "sh",
      "-c",
      "ls -A /run/secrets || true",
    ];
    expect(execFileSync("docker", files, { encoding: "utf8", stdio: "pipe" }).trim()).to.equal("");
  });

  it("finds nothing to do in another network", async () => {
    writeBuildSecrets(clone, networkSettings({}));

    const { summary } = await stack.up();

    expect(summary.resourceChanges).to.deep.equal({ same: 3 });
  });
});

/** The address of this machine on Docker's own bridge: only containers and this machine reach it. */
function bridgeAddress(): string {
  const address = networkInterfaces()["docker0"]?.find(({ family }) => family === "IPv4")?.address;
  if (address === undefined) throw new Error("This machine has no docker0.");
  return address;
}

/** Docker's settings of somebody who has made a builder in a container and uses it. */
function otherBuilderInUse(scratch: string, host: string): string {
  const folder = join(scratch, "docker");
  mkdirSync(join(folder, "buildx/instances"), { recursive: true });
  const node = {
    Name: "mine0",
    Endpoint: host,
    Platforms: null,
    Flags: null,
    DriverOpts: null,
    Files: null,
  };
  const builder = { Name: "mine", Driver: "docker-container", Nodes: [node], Dynamic: false };
  writeFileSync(join(folder, "buildx/instances/mine"), JSON.stringify(builder));
  const current = { Key: host, Name: "mine", Global: true };
  writeFileSync(join(folder, "buildx/current"), JSON.stringify(current));
  return folder;
}

/** Python's package index, as far as the image of tools asks it: one wheel, fetched beforehand. */
function pythonIndex(scratch: string, dockerfile: string): RequestListener {
  const requirement = /uv==[\d.]+/.exec(readFileSync(dockerfile, "utf8"))?.[0] ?? "";
  const words = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", scratch, requirement];
  execFileSync("python3", words, { stdio: "inherit" });
  const wheel = readdirSync(scratch).find((name) => name.endsWith(".whl")) ?? "";
  const content = readFileSync(join(scratch, wheel));
  const hash = createHash("sha256").update(content).digest("hex");
  return (request, response) => {
    if (request.url === "/simple/uv/") {
      response.setHeader("content-type", "text/html");
      response.end(`<a href="/files/${wheel}#sha256=${hash}">${wheel}</a>`);
    } else if (request.url === `/files/${wheel}`) {
      response.end(content);
    } else {
      response.writeHead(404).end();
    }
  };
}
