import { existsSync, readdirSync } from "node:fs";
import { expect } from "chai";
import { downloadedPlugin } from "../../../cli/toolchain/download.ts";
import { installPart } from "../../../cli/toolchain/part.ts";
import { ProcessFailure } from "../../../cli/toolchain/run-process.ts";
import { Scratch } from "./scratch.ts";

describe("a download", () => {
  let scratch: Scratch;
  let messages: string[];

  beforeEach(() => {
    scratch = new Scratch();
    messages = [];
  });

  afterEach(() => {
    scratch.remove();
  });

  /** With a scratch engine whose `plugin install` runs `script`. */
  const install = (script: string) =>
    installPart(
      downloadedPlugin("docker", "Docker provider", scratch.executable("pulumi", script)),
      {
        root: scratch.path(),
        environment: { PATH: "/usr/bin:/bin" },
        signal: undefined,
        report: ({ message }) => messages.push(message),
      },
    );

  const place = 'to="$PULUMI_HOME/plugins/resource-docker-v5.2.0"; mkdir -p "$to"';

  it("ends as a plugin of our cache, and leaves nothing else", async () => {
    const tool = await install(
      `echo part > "$TMPDIR/tar"; ${place}; cp "$TMPDIR/tar" "$to/pulumi-resource-docker"`,
    );

    expect(tool.origin).to.equal("download");
    expect(existsSync(tool.executable)).to.equal(true);
    expect(readdirSync(scratch.path("pulumi-resource-docker-5.2.0-download"))).to.have.members([
      "bin",
      "manifest.json",
    ]);
  });

  it("says how much has arrived, and does not count the engine's own files", async () => {
    await install(
      `echo own > "$PULUMI_HOME.own"; mkdir -p "$PULUMI_HOME"; echo own > "$PULUMI_HOME/own"
       sleep 1.2; head -c 2000000 /dev/zero > "$TMPDIR/tar"; sleep 1.7
       ${place}; cp "$TMPDIR/tar" "$to/pulumi-resource-docker"`,
    );

    expect(messages[0]).to.contain("looking for a download");
    expect(messages.join("\n")).to.contain("downloading, 2 MB so far");
  });

  it("fails at once where the network is closed", async () => {
    const started = Date.now();

    const error: unknown = await install("echo 'no such host' >&2; exit 1").catch(
      (reason: unknown) => reason,
    );

    expect(error).to.be.instanceOf(ProcessFailure);
    expect(Date.now() - started).to.be.lessThan(2_000);
  });

  it("is given up after seconds where the network swallows everything", async () => {
    const error: unknown = await install("sleep 60").catch((reason: unknown) => reason);

    expect(error)
      .to.be.instanceOf(ProcessFailure)
      .and.to.have.property("message")
      .that.contains("does not answer");
  }).timeout(15_000);
});
