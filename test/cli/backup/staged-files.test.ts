import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { stagingScripts } from "../../../cli/backup/files/staged-files.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

/**
 * The commands that change something, each of which counts what it does and kills its whole group when
 * the count is used up: whatever came before has been done, and nothing after it.
 */
const killing = `#!/bin/sh
one() {
  left=$(cat "$KILL_FILE")
  [ "$left" -gt 0 ] || kill -9 0
  echo $((left - 1)) > "$KILL_FILE"
  "$REAL" "$@"
}
`;
const shims: Readonly<Record<string, string>> = {
  mkdir: `${killing}REAL=/bin/mkdir; one "$@"`,
  // Piece by piece, so that a kill comes between two of them.
  mv: `${killing}REAL=/bin/mv
[ "$1" = -t ] || { one "$@"; exit; }
target=$2; shift 3
for each in "$@"; do one -t "$target" -- "$each" || exit 1; done`,
  rm: `${killing}REAL=/bin/rm
[ "$2" = -- ] || { one "$@"; exit; }
shift 2
for each in "$@"; do one -rf -- "$each" || exit 1; done`,
};

describe("the exchange of a mount's files", function () {
  // The scripts are for GNU's tools, which every image of ours has.
  before(function () {
    if (process.platform !== "linux") this.skip();
  });
  this.timeout(60_000);
  const scratch = scratchFolder();
  const root = () => join(scratch.path, "data");
  const former = ["a: former", "b: former", "c/deep: former", "name with\nline: former"];
  const restored = ["a: set", "c/deep: set", "d: set", "link -> a"];

  beforeEach(() => {
    mkdirSync(join(scratch.path, "bin"), { recursive: true });
    for (const [name, script] of Object.entries(shims)) {
      writeFileSync(join(scratch.path, "bin", name), script);
      chmodSync(join(scratch.path, "bin", name), 0o755);
    }
  });

  function fillWithFormer(): void {
    rmSync(root(), { recursive: true, force: true });
    mkdirSync(join(root(), "c"), { recursive: true });
    for (const name of ["a", "b", "c/deep", "name with\nline"]) {
      writeFileSync(join(root(), name), "former");
    }
  }

  function unpackSet(): void {
    expect(run("open")).to.equal(0);
    const incoming = join(root(), ".agent-stack-restore/incoming");
    mkdirSync(join(incoming, "c"));
    for (const name of ["a", "c/deep", "d"]) writeFileSync(join(incoming, name), "set");
    symlinkSync("a", join(incoming, "link"));
    expect(run("ready")).to.equal(0);
  }

  /** Runs a script as the helper container does; it is killed after so many changes. */
  function run(script: keyof typeof stagingScripts, changes = 1000): number {
    const killFile = join(scratch.path, "changes left");
    writeFileSync(killFile, String(changes));
    const owner = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    const { status, stderr, signal } = spawnSync(
      // Its own group, for the kill.
      "setsid",
      ["sh", "-c", stagingScripts[script], "sh", root(), owner],
      {
        encoding: "utf8",
        env: {
          PATH: `${join(scratch.path, "bin")}:${process.env["PATH"] ?? ""}`,
          KILL_FILE: killFile,
        },
      },
    );
    if (signal === null && status !== 0) throw new Error(stderr);
    return status ?? -1;
  }

  /** Every file with its content, the staging folder's left out. */
  function contents(): string[] {
    return readdirSync(root(), { recursive: true, withFileTypes: true })
      .map((entry) => ({
        entry,
        path: join(entry.parentPath, entry.name).slice(root().length + 1),
      }))
      .filter(({ path, entry }) => !path.startsWith(".agent-stack") && !entry.isDirectory())
      .map(({ path, entry }) =>
        entry.isSymbolicLink()
          ? `${path} -> a`
          : `${path}: ${readFileSync(join(root(), path), "utf8")}`,
      )
      .sort();
  }

  it("puts the set's files in place, and nothing else stays", () => {
    fillWithFormer();
    unpackSet();
    const before = contents();

    run("exchange");
    const between = contents();
    run("clear");

    expect(before).to.deep.equal(former);
    expect(between).to.deep.equal(restored);
    expect(contents()).to.deep.equal(restored);
    expect(existsSync(join(root(), ".agent-stack-restore"))).to.equal(false);
  });

  it("rolls back from wherever it was killed, also when that is killed on its way", () => {
    let moments = 0;
    for (let forward = 0; ; forward += 1) {
      fillWithFormer();
      unpackSet();
      const isWhole = run("exchange", forward) === 0;
      for (let back = 0; run("goBack", back) !== 0; back += 1) moments += 1;
      const wentBack = contents();
      run("goBack");
      run("clear");

      expect(wentBack, `killed after ${forward} changes`).to.deep.equal(former);
      expect(contents()).to.deep.equal(former);
      expect(existsSync(join(root(), ".agent-stack-restore"))).to.equal(false);
      if (isWhole) break;
    }
    expect(moments).to.be.greaterThan(20);
  });

  it("rolls back where nothing was begun, or only made ready", () => {
    fillWithFormer();
    run("goBack");
    const untouched = contents();
    unpackSet();
    run("goBack");
    run("clear");

    expect(untouched).to.deep.equal(former);
    expect(contents()).to.deep.equal(former);
  });
});
