import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";

const root = join(import.meta.dirname, "../../..");
const main = join(root, "cli/main.ts");

/** Writes go to the kernel's own device that is always full; Linux has it. */
const full = "/dev/full";

/** Commands that print on a machine without Docker: a result, an error, a text. */
const printing = [["--help"], ["--version"], ["doctor", "--stack", "h7"], ["status", "--json"]];

function run(words: readonly string[], stdout: number | "pipe") {
  return spawnSync(process.execPath, [main, ...words], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, DOCKER_HOST: "unix:///nonexistent/docker.sock" },
    stdio: ["ignore", stdout, "pipe"],
  });
}

describe("an output that can't be written", () => {
  before(function () {
    if (!existsSync(full)) this.skip();
  });

  for (const words of printing) {
    it(`makes ${words.join(" ")} fail, and say so`, () => {
      const disk = openSync(full, "w");
      try {
        const { status, stderr } = run(words, disk);

        expect(status).to.equal(74);
        expect(stderr).to.include("The output could not be written: the disk is full.");
      } finally {
        closeSync(disk);
      }
    }).timeout(30_000);
  }

  it("does not matter to a command that writes nothing there", () => {
    const disk = openSync(full, "w");
    try {
      expect(run(["nonsense"], disk).status).to.equal(64);
    } finally {
      closeSync(disk);
    }
  }).timeout(30_000);
});

describe("a reader that has seen enough", () => {
  it("ends a command quietly", () => {
    const script = `"$1" "$2" --help | head -n 1; exit "\${PIPESTATUS[0]}"`;
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["-c", script, "bash", process.execPath, main],
      { cwd: root, encoding: "utf8" },
    );

    expect(stdout).to.equal("./stack <command>\n");
    expect(stderr).to.equal("");
    expect(status).to.equal(0);
  }).timeout(30_000);
});
