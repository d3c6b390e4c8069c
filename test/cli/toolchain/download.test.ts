import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { StackError } from "../../../infra/stack-error.ts";
import { type DownloadOptions, officialPart } from "../../../cli/toolchain/download.ts";
import type { OfficialTool } from "../../../cli/toolchain/official-release.ts";
import { installPart } from "../../../cli/toolchain/part.ts";
import { DownloadUnavailable } from "../../../cli/toolchain/transfer-failure.ts";
import { HttpProxy } from "../../support/http-proxy.ts";
import {
  type InspectingProxy,
  PrivateAuthority,
  startInspectingProxy,
} from "../../support/inspecting-proxy.ts";
import { type Members, PulumiReleases, tarGz, zip } from "../../support/pulumi-releases.ts";
import { Scratch } from "./scratch.ts";

/** What a download says of how far it is. */
const arrived = /, [\d.]+ [kM]?B of [\d.]+ [kM]?B$/;

describe("a download", () => {
  const engineArchive = "pulumi-v3.270.0-linux-x64.tar.gz";
  const engineList = { list: "pulumi-3.270.0-checksums.txt" };
  const engineScript = `#!/bin/sh\n[ "$1" = version ] && echo v3.270.0\n`;
  // Zeros would shrink to nothing, and there would be no middle to be cut in.
  const padding = { content: randomBytes(300_000) };
  const engineMembers: Members = {
    "pulumi/pulumi": { content: engineScript },
    "pulumi/pulumi-language-nodejs": { content: "host" },
    "pulumi/padding": padding,
  };
  const limits = {
    connectWithin: 1_500,
    firstByteWithin: 1_000,
    silenceAllowed: 400,
    attempts: 3,
    pause: 5,
  };

  let archive: Buffer;
  let scratch: Scratch;
  let releases: PulumiReleases;
  let messages: string[];

  before(async () => {
    archive = await tarGz(engineMembers);
  });

  beforeEach(async () => {
    scratch = new Scratch();
    releases = new PulumiReleases();
    messages = [];
    await releases.open();
    releases.publishArchive("sdk", engineArchive, archive, engineList);
  });

  afterEach(() => {
    releases.close();
    scratch.remove();
  });

  interface Setting extends Partial<DownloadOptions> {
    readonly environment?: NodeJS.ProcessEnv;
    readonly signal?: AbortSignal;
  }

  const install = (tool: OfficialTool, { environment, signal, ...options }: Setting = {}) => {
    const platform = { os: "linux", arch: "x64" };
    const part = officialPart(tool, { platform, limits, pinned: {}, ...options });
    const listening: typeof part = {
      ...part,
      make: (workplace) => part.make({ ...workplace, say: (words) => messages.push(words) }),
    };
    return installPart(listening, {
      root: scratch.path("cache"),
      environment: {
        HOME: scratch.path("home"),
        PATH: "/usr/bin:/bin",
        PULUMI_RELEASES_URL: releases.url,
        ...environment,
      },
      signal,
      report: () => undefined,
    });
  };
  const failure = async (...args: Parameters<typeof install>): Promise<unknown> => {
    const error: unknown = await install(...args).then(
      () => new Error("it was installed"),
      (reason: unknown) => reason,
    );
    // Whatever happened, nothing is left.
    const cache = scratch.path("cache");
    expect(existsSync(cache) ? readdirSync(cache) : []).to.deep.equal([]);
    return error;
  };
  const stackError = async (...args: Parameters<typeof install>): Promise<StackError> => {
    const error = await failure(...args);
    expect(error).to.be.instanceOf(StackError);
    return error as StackError;
  };
  const unavailable = async (...args: Parameters<typeof install>): Promise<DownloadUnavailable> => {
    const error = await failure(...args);
    expect(error).to.be.instanceOf(DownloadUnavailable);
    return error as DownloadUnavailable;
  };
  const askedFor = (name: string) => releases.asked.filter((line) => line.includes(name));

  it("ends as an engine of our cache with its language host, and leaves nothing else", async () => {
    const tool = await install("engine");

    expect(execFileSync(tool.executable, ["version"]).toString()).to.equal("v3.270.0\n");
    const part = scratch.path("cache/pulumi-3.270.0-download");
    expect(readdirSync(part)).to.have.members(["bin", "manifest.json", "download.json"]);
    expect(readdirSync(scratch.path("cache"))).to.have.lengthOf(1);
    expect(readdirSync(`${part}/bin`)).to.include.members(["pulumi", "pulumi-language-nodejs"]);
    expect(existsSync(scratch.path("home"))).to.equal(false);
  });

  it("says how much of how much has arrived", async () => {
    await install("engine");

    const progress = messages.filter((message) => arrived.test(message));
    expect(progress).not.to.have.lengthOf(0);
  });

  it("records what was accepted on whose word, in SHA-256 whatever the list has", async () => {
    const name = "pulumi-resource-docker-v5.2.0-linux-amd64.tar.gz";
    const members = { "pulumi-resource-docker": { content: "plugin" }, LICENSE: {} };
    const list = "pulumi-docker_5.2.0_checksums.txt";
    releases.publishArchive("plugins", name, await tarGz(members), { list, algorithm: "sha1" });

    const tool = await install("docker");

    expect(tool).to.include({ origin: "download", version: "5.2.0" });
    const record: unknown = JSON.parse(
      scratch.read("cache/pulumi-resource-docker-5.2.0-download/download.json"),
    );
    expect(record)
      .to.include({
        from: `${releases.url}/plugins/${name}`,
        checkedAgainst: `${releases.url}/plugins/${list}`,
        algorithm: "sha1",
      })
      .and.to.have.property("sha256")
      .that.matches(/^[0-9a-f]{64}$/);
  });

  describe("on a bad line", () => {
    it("waits for a first byte that is slow", async () => {
      releases.spoil(`sdk/${engineList.list}`, { delay: 250 });
      releases.spoil(`sdk/${engineArchive}`, { delay: 250 });

      await install("engine");

      expect(askedFor(engineArchive)).to.have.lengthOf(1);
    });

    it("asks again where the first byte does not come", async () => {
      releases.spoil(`sdk/${engineArchive}`, { delay: 1_500 });

      await install("engine");

      expect(askedFor(engineArchive)).to.have.lengthOf(2);
      expect(messages.join("\n")).to.contain("before the first byte (2 of 3)");
    });

    for (const [what, mishap] of [
      ["is cut", { cutAfter: 100_000 }],
      ["falls silent", { silentAfter: 100_000 }],
    ] as const) {
      it(`goes on where it stopped when it ${what}`, async () => {
        releases.spoil(`sdk/${engineArchive}`, mishap);

        await install("engine");

        expect(askedFor(engineArchive)).to.deep.equal([
          `/releases/sdk/${engineArchive}`,
          `/releases/sdk/${engineArchive} bytes=100000-`,
        ]);
      });
    }

    it("starts again where the server can't tell one version of a file from another", async () => {
      releases.entityTags = false;
      releases.spoil(`sdk/${engineArchive}`, { cutAfter: 100_000 });

      await install("engine");

      expect(askedFor(engineArchive)).to.deep.equal([
        `/releases/sdk/${engineArchive}`,
        `/releases/sdk/${engineArchive}`,
      ]);
    });

    it("starts again where two halves don't make the published file", async () => {
      const body = randomBytes(archive.length);
      const etag = await fetch(`${releases.url}/sdk/${engineArchive}`, { method: "GET" }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.headers.get("etag") ?? "";
        },
      );
      releases.asked.length = 0;
      releases.spoil(`sdk/${engineArchive}`, { body, cutAfter: 100_000, headers: { etag } });

      await install("engine");

      expect(askedFor(engineArchive)).to.deep.equal([
        `/releases/sdk/${engineArchive}`,
        `/releases/sdk/${engineArchive} bytes=100000-`,
        `/releases/sdk/${engineArchive}`,
      ]);
    });

    it("asks again after an error of the server", async () => {
      releases.spoil(`sdk/${engineList.list}`, { status: 429, headers: { "retry-after": "0" } });
      releases.spoil(`sdk/${engineArchive}`, { status: 503 }, { status: 500 });

      await install("engine");

      expect(askedFor(engineArchive)).to.have.lengthOf(3);
      expect(messages.join("\n")).to.contain("HTTP 503 (2 of 3)");
    });

    it("is an error with a remedy when every attempt fails", async () => {
      const broken = { cutAfter: 1_000 };
      releases.spoil(`sdk/${engineArchive}`, broken, broken, broken);

      const error = await stackError("engine");

      expect(error.message).to.contain(engineArchive);
      expect(error.details.join("\n")).to.match(/after 3000 of \d+ bytes \(attempt 3 of 3\)/);
      expect(error.remedy).to.contain("PULUMI_RELEASES_URL");
    });

    it("follows a redirection, as GitHub's releases are", async () => {
      releases.publish("store/1234", archive);
      const headers = { location: "../store/1234" };
      releases.spoil(`sdk/${engineArchive}`, { status: 302, headers });

      await install("engine");

      expect(releases.asked).to.include("/releases/store/1234");
    });
  });

  describe("of something else than was published", () => {
    it("is refused with both checksums, and not asked for again", async () => {
      releases.spoil(`sdk/${engineArchive}`, { body: await tarGz({ "pulumi/pulumi": {} }) });

      const error = await stackError("engine");

      expect(error.message).to.contain("not the file that was published");
      expect(error.details).to.have.lengthOf(2);
      expect(error.details.join("\n")).to.match(/expected sha256 \w{64}\nreceived sha256 \w{64}/);
      expect(askedFor(engineArchive)).to.have.lengthOf(1);
    });

    it("is refused where it is not what was pinned, whatever its list says", async () => {
      const error = await stackError("engine", { pinned: { [engineArchive]: "0".repeat(64) } });

      expect(error.message).to.contain("pinned");
      expect(askedFor(engineList.list)).to.deep.equal([]);
    });

    it("is refused where the archive is broken in spite of its checksum", async () => {
      releases.publish(`sdk/${engineList.list}`, "");
      const half = archive.subarray(0, archive.length / 2);
      releases.publishArchive("sdk", engineArchive, half, engineList);

      const error = await stackError("engine");

      expect(error.message).to.contain("can't be unpacked");
    });

    it("is refused where the archive leads out of its directory", async () => {
      releases.publish(`sdk/${engineList.list}`, "");
      const evil = await tarGz({ ...engineMembers, "../../../evil": { content: "evil" } });
      releases.publishArchive("sdk", engineArchive, evil, engineList);

      const error = await stackError("engine");

      expect(error.message).to.contain("outside of its directory");
      expect(existsSync(scratch.path("evil"))).to.equal(false);
    });

    it("is refused where the archive has no engine", async () => {
      releases.publish(`sdk/${engineList.list}`, "");
      const other = await tarGz({ "pulumi/README": {} });
      releases.publishArchive("sdk", engineArchive, other, engineList);

      expect((await stackError("engine")).message).to.contain("it has no pulumi");
    });

    it("is refused where the engine does not run here", async () => {
      releases.publish(`sdk/${engineList.list}`, "");
      const members = { "pulumi/pulumi": { content: "#!/bin/sh\necho bad >&2; exit 126\n" } };
      releases.publishArchive("sdk", engineArchive, await tarGz(members), engineList);

      const error = await stackError("engine");

      expect(error.message).to.contain("does not run here");
      expect(error.details).to.include("bad");
    });
  });

  describe("that is not there", () => {
    for (const [what, spoil] of [
      ["an archive", engineArchive],
      ["a list of checksums", engineList.list],
    ] as const) {
      it(`is unavailable where the server has no such ${what}`, async () => {
        releases.spoil(`sdk/${spoil}`, { status: 404 });

        const error = await unavailable("engine");

        expect(error.message).to.contain(spoil).and.to.contain("404");
        expect(error.closed).to.equal(false);
      });
    }

    it("is unavailable where a portal answers every question with its page", async () => {
      const page = { body: Buffer.from("<html>Please log in</html>") };
      releases.spoil(`sdk/${engineList.list}`, page);

      expect((await unavailable("engine")).message).to.contain("has no checksum of");
    });

    it("is unavailable for a platform without releases", async () => {
      const error = await unavailable("engine", { platform: { os: "freebsd", arch: "x64" } });

      expect(error.message).to.contain("freebsd");
      expect(releases.asked).to.deep.equal([]);
    });

    it("is unavailable where the user wants none", async () => {
      await unavailable("engine", { environment: { PULUMI_RELEASES_URL: "none" } });

      expect(releases.asked).to.deep.equal([]);
    });
  });

  describe("on a closed network", () => {
    const closed = async (address: string, options: Setting = {}) => {
      const started = Date.now();
      const environment = { ...options.environment, PULUMI_RELEASES_URL: address };
      const error = await unavailable("engine", { ...options, environment });
      expect(error.closed).to.equal(true);
      expect(Date.now() - started).to.be.lessThan(3_000);
      return error.message;
    };
    const listen = async (server: Server): Promise<string> => {
      await once(server.listen(0, "127.0.0.1"), "listening");
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    };

    it("is given up at once where names can't be looked up", async () => {
      expect(await closed("https://get.pulumi.invalid/releases")).to.match(/ENOTFOUND|EAI_AGAIN/);
    });

    it("is given up at once where connections are refused", async () => {
      const server = createServer();
      const address = await listen(server);
      server.close();

      expect(await closed(`http://${address}`)).to.contain("ECONNREFUSED");
    });

    it("is given up within the limit where packets are swallowed", async () => {
      // TLS is part of connecting, and this one never answers.
      const server = createServer((socket) => socket.on("error", () => undefined));
      const address = await listen(server);

      const message = await closed(`https://${address}`, {
        limits: { ...limits, connectWithin: 300, firstByteWithin: 5_000 },
      });
      server.close();

      expect(message).to.contain("UND_ERR_CONNECT_TIMEOUT");
    });

    it("is given up where every connection is reset", async () => {
      let connections = 0;
      const server = createServer((socket) => {
        connections += 1;
        socket.resetAndDestroy();
      });
      const address = await listen(server);

      await closed(`http://${address}`);
      server.close();

      expect(connections).to.equal(limits.attempts);
    });

    it("is given up where the proxy does not connect to the server", async () => {
      const proxy = new HttpProxy();
      await proxy.open();
      proxy.refusal = 403;

      const message = await closed("http://releases.test:80", {
        environment: { HTTP_PROXY: proxy.url() },
      });
      proxy.close();

      expect(message).to.contain("HTTP 403");
    });
  });

  describe("through a proxy", () => {
    let proxy: HttpProxy;

    beforeEach(async () => {
      proxy = new HttpProxy();
      await proxy.open();
    });

    afterEach(() => {
      proxy.close();
    });

    // A name that only the proxy can look up.
    const behindProxy = () => releases.url.replace("127.0.0.1", "releases.test");
    const through = (HTTP_PROXY: string, more: NodeJS.ProcessEnv = {}) => ({
      environment: { PULUMI_RELEASES_URL: behindProxy(), HTTP_PROXY, ...more },
    });

    it("is fetched where the proxy is the only way", async () => {
      await install("engine", through(proxy.url()));

      expect(proxy.asked).to.include(new URL(behindProxy()).host);
    });

    it("is fetched with the address in small letters and without a scheme, as curl takes it", async () => {
      const { HTTP_PROXY, ...environment } = through(proxy.url()).environment;
      await install("engine", {
        environment: { ...environment, http_proxy: HTTP_PROXY.replace("http://", "") },
      });

      expect(proxy.asked).not.to.deep.equal([]);
    });

    it("is fetched with the user's name and password", async () => {
      proxy.credentials = "user:pass word";

      await install("engine", through(proxy.url("user:pass%20word")));

      expect(proxy.asked).not.to.deep.equal([]);
    });

    it("is an error with a remedy where the proxy wants a password, which is never said", async () => {
      proxy.credentials = "user:right";

      const error = await stackError("engine", through(proxy.url("user:wrong-secret")));

      expect(error.message).to.contain("407");
      expect(error.remedy).to.contain("HTTPS_PROXY");
      expect(JSON.stringify([error.message, error.details, messages])).not.to.contain("secret");
    });

    it("goes past it to the hosts that need none", async () => {
      const PULUMI_RELEASES_URL = releases.url.replace("127.0.0.1", "localhost");
      await install("engine", { environment: { HTTP_PROXY: proxy.url(), PULUMI_RELEASES_URL } });

      expect(proxy.asked).to.deep.equal([]);
    });
  });

  describe("through a company's proxy that inspects TLS", () => {
    let authority: PrivateAuthority;
    let proxy: InspectingProxy;

    beforeEach(async () => {
      authority = new PrivateAuthority(scratch.directory);
      // It looks no name up, so the servers' own addresses can be asked.
      proxy = await startInspectingProxy(authority, releases.listener);
    });

    afterEach(() => proxy.close());

    const through = (environment: NodeJS.ProcessEnv) => ({
      environment: { HTTPS_PROXY: proxy.address, PULUMI_RELEASES_URL: undefined, ...environment },
      // The proxy makes a certificate while its client waits, and the machine may be busy.
      limits: { ...limits, connectWithin: 9_000, firstByteWithin: 9_000 },
    });

    it("is fetched from get.pulumi.com where the company's certificate is known", async () => {
      await install("engine", through({ NODE_EXTRA_CA_CERTS: authority.file }));

      expect(new Set(proxy.connections)).to.deep.equal(new Set(["get.pulumi.com:443"]));
    });

    it("is fetched from GitHub where get.pulumi.com does not have it", async () => {
      const github = "/pulumi/pulumi/releases/download/v3.270.0";
      const list = await fetch(`${releases.url}/sdk/${engineList.list}`);
      releases.publish(`${github}/${engineList.list}`, await list.text());
      releases.publish(`${github}/${engineArchive}`, archive);
      releases.spoil(`sdk/${engineList.list}`, { status: 404 });

      await install("engine", through({ NODE_EXTRA_CA_CERTS: authority.file }));

      expect(proxy.connections).to.include("github.com:443");
      expect(releases.asked.at(-1)).to.equal(`${github}/${engineArchive}`);
    });

    it("is an error that names the setting where it is not", async () => {
      const error = await stackError("engine", through({}));

      expect(error.message).to.match(
        /^The certificate of get\.pulumi\.com is not trusted: [^;]+\.$/,
      );
      expect(error.remedy).to.contain("COMPANY_CA_FILE");
      expect(releases.asked).to.deep.equal([]);
    });
  });

  describe("for another platform", () => {
    it("takes the engine for Windows out of a zip", async () => {
      const name = "pulumi-v3.270.0-windows-x64.zip";
      const members = {
        "Pulumi/bin/pulumi.exe": { content: engineScript },
        "Pulumi/bin/pulumi-language-nodejs.exe": { content: "host" },
      };
      releases.publishArchive("sdk", name, await zip(members), engineList);

      const tool = await install("engine", { platform: { os: "win32", arch: "x64" } });

      expect(tool.executable).to.match(/bin.pulumi\.exe$/);
      expect(readdirSync(scratch.path("cache/pulumi-3.270.0-download/bin"))).to.have.members([
        "pulumi.exe",
        "pulumi-language-nodejs.exe",
      ]);
    });

    it("takes a plugin for Windows out of a tar", async () => {
      const name = "pulumi-resource-command-v1.2.1-windows-amd64.tar.gz";
      const members = { "pulumi-resource-command.exe": { content: "plugin" } };
      const list = "pulumi-command_1.2.1_checksums.txt";
      releases.publishArchive("plugins", name, await tarGz(members), { list });

      const tool = await install("command", { platform: { os: "win32", arch: "arm64" } });

      expect(existsSync(tool.executable)).to.equal(true);
    });

    it("asks for macOS's own archive on Apple's processors", async () => {
      const name = "pulumi-v3.270.0-darwin-arm64.tar.gz";
      releases.publishArchive("sdk", name, archive, engineList);

      await install("engine", { platform: { os: "darwin", arch: "arm64" } });

      expect(askedFor(name)).to.have.lengthOf(1);
    });
  });

  describe("that is interrupted", () => {
    const interruptedAt = async (wait: () => Promise<unknown>, setting: Setting = {}) => {
      const stop = new AbortController();
      const running = failure("engine", { ...setting, signal: stop.signal });
      await wait();
      const stopped = Date.now();
      stop.abort();
      expect(await running)
        .to.be.instanceOf(StackError)
        .with.property("exitCode")
        .that.equals(130);
      expect(Date.now() - stopped).to.be.lessThan(1_000);
    };
    const until = async (condition: () => boolean) => {
      while (!condition()) await sleep(5);
    };
    const patient = { ...limits, firstByteWithin: 9_000, silenceAllowed: 9_000, pause: 9_000 };

    it("ends at once before the first byte", async () => {
      releases.spoil(`sdk/${engineList.list}`, { delay: 9_000 });

      await interruptedAt(() => until(() => releases.asked.length === 1), { limits: patient });
    });

    it("ends at once in the middle of the archive", async () => {
      releases.spoil(`sdk/${engineArchive}`, { silentAfter: 100_000 });

      await interruptedAt(() => until(() => messages.some((message) => arrived.test(message))), {
        limits: patient,
      });
    });

    it("ends at once between two attempts", async () => {
      releases.spoil(`sdk/${engineArchive}`, { status: 500 });

      await interruptedAt(() => until(() => messages.join().includes("again after")), {
        limits: patient,
      });
    });

    it("ends at once while the engine starts for the first time", async () => {
      releases.publish(`sdk/${engineList.list}`, "");
      const members = { "pulumi/pulumi": { content: "#!/bin/sh\nexec sleep 30\n" } };
      releases.publishArchive("sdk", engineArchive, await tarGz(members), engineList);

      await interruptedAt(async () => {
        await until(() => messages.join().includes("first time"));
        await sleep(50);
      });
    });
  });
});
