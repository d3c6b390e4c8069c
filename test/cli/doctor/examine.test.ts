import { processMark } from "../../../cli/os/process-mark.ts";
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { expect } from "chai";
import { join } from "node:path";
import { checkLeftovers } from "../../../cli/doctor/check-leftovers.ts";
import { checkSettings } from "../../../cli/doctor/check-settings.ts";
import { defineCheck } from "../../../cli/doctor/check.ts";
import { type Finding, isWrong } from "../../../cli/doctor/finding.ts";
import { lookAround, type Place } from "../../../cli/doctor/place.ts";
import { repair } from "../../../cli/doctor/repair.ts";
import { describeFindings } from "../../../cli/doctor/describe-findings.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("doctor --fix", () => {
  const folder = scratchFolder();
  // The services are read from this clone, the settings from the folder.
  beforeEach(() => {
    symlinkSync(join(import.meta.dirname, "../../../infra"), join(folder.path, "infra"));
  });
  // No engine answers there, and none of this needs one.
  const environment = { PATH: process.env["PATH"], DOCKER_HOST: "unix:///nowhere/docker.sock" };
  const surroundings = () => ({
    root: folder.path,
    stackName: "two",
    environment,
    report: () => undefined,
    confirm: () => Promise.resolve(false),
    signal: new AbortController().signal,
  });

  async function look(check: { run: (place: Place) => Promise<Finding[]> }): Promise<Finding[]> {
    const { root, stackName } = surroundings();
    return check.run(await lookAround({ root, stackName, environment }));
  }

  async function fix(findings: readonly Finding[]): Promise<void> {
    for (const finding of findings) {
      if (finding.repair) await repair(finding.repair, surroundings());
    }
  }

  it("completes a settings file and makes it private, without touching a line of it", async () => {
    const path = join(folder.path, ".env.two");
    writeFileSync(path, "# mine\nAGENT_PORT=9000\n");
    chmodSync(path, 0o644);

    const before = await look(checkSettings);
    await fix(before);
    const after = await look(checkSettings);

    expect(before.filter(isWrong)).to.have.length(2);
    expect(after.filter(isWrong)).to.deep.equal([]);
    expect(readFileSync(path, "utf8").startsWith("# mine\nAGENT_PORT=9000\n")).to.equal(true);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it("removes the lock of a command that is gone, and leaves that of a living one", async () => {
    mkdirSync(join(folder.path, ".stack/locks"), { recursive: true });
    const path = join(folder.path, ".stack/locks/two.json");
    const lock = (holder: string): void => {
      writeFileSync(path, JSON.stringify({ process: holder, command: "up", since: "then" }));
    };

    lock(String(spawnSync("true").pid));
    const dead = await look(checkLeftovers);
    await fix(dead);
    const fixed = await look(checkLeftovers);
    lock(processMark());
    const living = await look(checkLeftovers);

    const locks = (findings: Finding[]) => findings.filter(({ what }) => what.includes("lock."));
    expect(locks(dead).map(({ what }) => what)).to.deep.equal([
      "./stack up was killed and has left its lock.",
    ]);
    expect(locks(fixed)).to.deep.equal([]);
    expect(locks(living)).to.deep.equal([]);
  });
});

describe("what doctor says", () => {
  it("goes on where one look fails", async () => {
    const check = defineCheck(
      "disk",
      () => {
        throw new Error("no such device");
      },
      () => [],
    );

    const [finding] = await check.run({} as Place);

    expect(finding).to.deep.include({ check: "disk", severity: "warning" });
    expect(finding?.what).to.include("no such device");
  });

  it("puts each remedy below its finding, and sums up", () => {
    const text = describeFindings(
      [
        { check: "docker", severity: "ok", what: "it answers" },
        {
          check: "settings",
          severity: "warning",
          what: "open to all",
          remedy: "Run chmod",
          repair: { kind: "make-private", path: "/x" },
        },
      ],
      ["removed a lock"],
    );

    expect(text).to.include("! settings  open to all\n            → Run chmod");
    expect(text).to.include("Fixed: removed a lock.");
    expect(text).to.include("1 warning. ./stack doctor --fix fixes 1 of them.");
  });
});
