import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { eventually } from "../../support/eventually.ts";
import { HttpProxy } from "../../support/http-proxy.ts";
import { PrivateAuthority, startInspectingProxy } from "../../support/inspecting-proxy.ts";
import { ModelHub } from "../../support/model-hub.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const script = join(import.meta.dirname, "../../../infra/services/model/weights/fetch.py");
const weights = randomBytes(3_000_000);

/** The very script that runs in the container, as a process. */
describe("the fetch of a model's weights", function () {
  this.timeout(30_000);
  this.slow(5000);

  const folder = scratchFolder();
  let hub: ModelHub;
  let target: string;
  beforeEach(async () => {
    hub = new ModelHub();
    hub.publish("acme/Tiny-GGUF", {
      "README.md": Buffer.from("# Tiny"),
      "Tiny-IQ2_M.gguf": randomBytes(1000),
      "Tiny-Q4_K_M.gguf": weights,
      "Tiny-Q8_0-00001-of-00002.gguf": randomBytes(1000),
      "Tiny-Q8_0-00002-of-00002.gguf": randomBytes(1000),
      "mmproj-Tiny-Q4_K_M.gguf": randomBytes(1000),
    });
    await hub.open();
    target = join(folder.path, "acme/Tiny-GGUF/Q4_K_M.gguf");
  });
  afterEach(() => hub.close());

  function start(environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn("python3", [script], {
      env: {
        PATH: process.env["PATH"],
        PYTHONDONTWRITEBYTECODE: "1",
        MODEL: "acme/Tiny-GGUF:Q4_K_M",
        TARGET: target,
        HF_ENDPOINT: hub.address,
        RETRY_SECONDS: "0.05",
        ...environment,
      },
    });
  }

  async function ended(child: ChildProcess) {
    const { stdout, stderr } = child;
    if (!stdout || !stderr) throw new Error("it has no output");
    const closed = once(child, "close") as Promise<[number]>;
    const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), closed]);
    return { code, lines: out.trim().split("\n"), stderr: err };
  }

  const fetched = (environment?: Readonly<Record<string, string>>) => ended(start(environment));

  it("finds the quantization's file, and leaves it whole and alone in its folder", async () => {
    const { code, lines } = await fetched();

    expect(code).to.equal(0);
    expect(readFileSync(target).equals(weights)).to.equal(true);
    expect(parts()).to.deep.equal([]);
    expect(lines).to.include("0 of 3 MB").and.to.include("checking 3 MB");
  });

  it("asks the hub nothing when the file is there, one that was put there by hand too", async () => {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, "GGUF by hand");
    await hub.close();

    expect(await fetched()).to.include({ code: 0 });
    expect(readFileSync(target, "utf8")).to.equal("GGUF by hand");
  });

  it("takes Q4_K_M where no quantization is named, as llama.cpp does", async () => {
    expect(await fetched({ MODEL: "acme/Tiny-GGUF" })).to.include({ code: 0 });
    expect(readFileSync(target).equals(weights)).to.equal(true);
  });

  it("takes a name in any case, and follows a repository to its new name", async () => {
    hub.rename("acme/Old-GGUF", "acme/Tiny-GGUF");

    expect(await fetched({ MODEL: "acme/Old-GGUF:q4_k_m" })).to.include({ code: 0 });
    expect(readFileSync(target).equals(weights)).to.equal(true);
  });

  it("goes on where a transfer broke off, and fetches no byte twice", async () => {
    hub.faults.cuts = [1_000_000, 500_000];

    expect(await fetched()).to.include({ code: 0 });
    expect(readFileSync(target).equals(weights)).to.equal(true);
    expect(hub.ranges).to.deep.equal(["", "bytes=1000000-", "bytes=1500000-"]);
  });

  it("tries for ever while it gets further, and gives up where it doesn't", async () => {
    hub.faults.cuts = Array<number>(20).fill(100_000);
    expect(await fetched()).to.include({ code: 0 });

    target = join(folder.path, "again.gguf");
    hub.faults.cuts = Array<number>(20).fill(0);
    const { code, stderr } = await fetched();

    expect(code).to.equal(1);
    expect(stderr).to.match(/^error: .*6 tries were in vain\.\nremedy: .*HF_ENDPOINT/);
  });

  it("stops on SIGTERM within a second, and the next run goes on from there", async () => {
    hub.faults.bytesPerSecond = 1_000_000;
    const first = start();
    await eventually(() => parts().some((name) => sizeOf(name) > 500_000), "half a megabyte came");
    const asked = Date.now();
    first.kill("SIGTERM");
    const { code, lines } = await ended(first);

    expect(Date.now() - asked).to.be.lessThan(2000);
    expect(code).to.equal(143);
    expect(lines.at(-1)).to.include("the next run goes on");
    expect(existsSync(target)).to.equal(false);

    const [part = ""] = parts();
    const had = sizeOf(part);
    delete hub.faults.bytesPerSecond;
    expect(await fetched()).to.include({ code: 0 });
    expect(hub.ranges.at(-1)).to.equal(`bytes=${had}-`);
    expect(readFileSync(target).equals(weights)).to.equal(true);
  });

  it("starts over from a server that knows no ranges", async () => {
    hub.faults.cuts = [1_000_000];
    hub.faults.ignoresRanges = true;

    expect(await fetched()).to.include({ code: 0 });
    expect(readFileSync(target).equals(weights)).to.equal(true);
  });

  it("never leaves a file whose checksum is not the hub's, and fetches it once more", async () => {
    hub.faults.damaged = 1;
    expect(await fetched()).to.include({ code: 0 });
    expect(readFileSync(target).equals(weights)).to.equal(true);

    target = join(folder.path, "again.gguf");
    hub.faults.damaged = 2;
    const { code, stderr } = await fetched();

    expect(code).to.equal(1);
    expect(stderr).to.include("its checksum is not the hub's");
    expect(existsSync(target)).to.equal(false);
  });

  it("throws the half of an older upload away", async () => {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.0123456789ab.part`, randomBytes(2_000_000));

    expect(await fetched()).to.include({ code: 0 });
    expect(readFileSync(target).equals(weights)).to.equal(true);
    expect(parts()).to.deep.equal([]);
  });

  it("waits as long as a busy hub asks for, and goes on", async () => {
    hub.faults.statuses = [{ status: 429, retryAfter: 1 }, { status: 503 }];
    const began = Date.now();
    const { code, lines } = await fetched();

    expect(code).to.equal(0);
    expect(Date.now() - began).to.be.greaterThan(1000);
    expect(lines.join("\n")).to.include("answers 429").and.to.include("trying again in 1 s");
  });

  it("gives a connection up that brings nothing more", async () => {
    hub.faults.stalls = true;
    const { code, stderr } = await fetched({ STALL_SECONDS: "0.2" });

    expect(code).to.equal(1);
    expect(stderr).to.include("sent nothing");
  });

  it("sends the token to the hub alone, and prints it nowhere", async () => {
    const token = "hf_the-token-of-a-test";
    hub.faults.token = token;
    const { code, lines, stderr } = await fetched({ HF_TOKEN: token });

    expect(code).to.equal(0);
    expect(lines.join() + stderr).not.to.include(token);
    const to = (origin: string) => hub.requests.filter((request) => request.origin === origin);
    for (const { authorization } of to("hub")) expect(authorization).to.equal(`Bearer ${token}`);
    for (const { authorization } of to("store")) expect(authorization).to.equal(undefined);
  });

  it("tells a token from an unknown model, a licence and a missing quantization", async () => {
    const errorOf = async (environment: Readonly<Record<string, string>>) => {
      const { code, stderr } = await fetched(environment);
      expect(code).to.equal(1);
      return stderr;
    };

    expect(await errorOf({ MODEL: "acme/Nothing:Q4_0" }))
      .to.include("401: there is no acme/Nothing, or it is not public")
      .and.to.match(/remedy: .*LOCAL_MODEL.*HF_TOKEN/);
    expect(await errorOf({ MODEL: "acme/Nothing:Q4_0", HF_TOKEN: "hf_x" })).to.include(
      "404: there is no acme/Nothing",
    );
    expect(await errorOf({ MODEL: "acme/Tiny-GGUF:Q5_K_S" })).to.include(
      "no GGUF file of Q5_K_S; it has Tiny-IQ2_M.gguf, Tiny-Q4_K_M.gguf.",
    );
    expect(await errorOf({ MODEL: "acme/Tiny-GGUF:Q8_0" })).to.include("split into several files");
    hub.gate("acme/Tiny-GGUF");
    expect(await errorOf({})).to.match(/403.*\nremedy: Accept its licence/);
    hub.faults.token = "hf_right";
    expect(await errorOf({ HF_TOKEN: "hf_wrong" })).to.include("does not accept HF_TOKEN");
    expect(hub.ranges).to.deep.equal([]);
  });

  it("says that nothing answers, whom it asked, and what to do", async () => {
    await hub.close();
    const { code, stderr } = await fetched();

    expect(code).to.equal(1);
    expect(stderr).to.match(
      /^error: http:\/\/127\.0\.0\.1:\d+ can't be reached: .*refused.*\nremedy: .*docs\/local-model\.md/,
    );
  });

  it("refuses a page that a network shows in place of the hub", async () => {
    hub.faults.statuses = [];
    const page = new ModelHub();
    await page.open();
    page.faults.statuses = [{ status: 200 }];
    const { code, stderr } = await fetched({ HF_ENDPOINT: page.address });
    await page.close();

    expect(code).to.equal(1);
    expect(stderr).to.include("is not a list of a model's files").and.to.include("sign-in");
  });

  it("refuses a model that its server has no memory for, before the first byte", async () => {
    const { code, stderr } = await fetched({ MEMORY_LIMIT_MEBIBYTES: "2" });

    expect(code).to.equal(1);
    expect(stderr).to.include("more than the model's memory limit of 2 MiB");
    expect(hub.ranges).to.deep.equal([]);
  });

  it("waits for another one that fetches the same, and lets that do it", async () => {
    hub.faults.bytesPerSecond = 100_000;
    const first = ended(start());
    await eventually(() => parts().length > 0, "the first has begun");
    const second = start();
    const waiting = once(second.stdout ?? second, "data");
    const end = ended(second);
    expect(String(await waiting)).to.include("another process is fetching it");
    delete hub.faults.bytesPerSecond;

    expect(await first).to.include({ code: 0 });
    expect(await end).to.include({ code: 0 });
    expect(hub.ranges).to.deep.equal([""]);
  });

  describe("behind a company's proxy", () => {
    const inside = { HF_ENDPOINT: "https://hub.invalid" };
    // An address of this machine that the script does not take for the container's own.
    const reached = (address: string) => address.replace("127.0.0.1", "0.0.0.0");

    it("goes through it, and trusts the company's certificates beside the public ones", async () => {
      const authority = new PrivateAuthority(folder.path);
      const proxy = await startInspectingProxy(authority, hub.answer);
      const behind = { ...inside, https_proxy: reached(proxy.address) };
      const company = { COMPANY_CERTIFICATES: readFileSync(authority.file, "utf8") };
      const distrusting = await fetched(behind);
      const trusting = await fetched({ ...behind, ...company });
      await proxy.close();

      expect(distrusting.stderr).to.match(/is not trusted.*\nremedy: .*COMPANY_CA_FILE/);
      expect(trusting, trusting.stderr).to.include({ code: 0 });
      expect(new Set(proxy.connections)).to.deep.equal(new Set(["hub.invalid:443"]));
    });

    it("says that it wants a password, and where that goes", async () => {
      const proxy = new HttpProxy();
      proxy.credentials = "name:password";
      await proxy.open();
      const { code, stderr } = await fetched({ ...inside, https_proxy: reached(proxy.url()) });
      proxy.close();

      expect(code).to.equal(1);
      expect(stderr).to.match(/^error: The proxy wants .*password\.\nremedy: .*OUTBOUND_PROXY/);
    });

    it("passes over a proxy on loopback, where another machine's is", async () => {
      const { code, lines } = await fetched({ http_proxy: "http://127.0.0.1:9" });

      expect(code).to.equal(0);
      expect(lines[0]).to.include("can't be reached from a container; OUTBOUND_PROXY");
    });
  });

  function parts(): string[] {
    const names = existsSync(dirname(target)) ? readdirSync(dirname(target)) : [];
    return names.filter((name) => name.endsWith(".part"));
  }

  function sizeOf(name: string): number {
    return statSync(join(dirname(target), name)).size;
  }
});
