import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { expect } from "chai";
import { closeSync, mkdtempSync, openSync, rmSync, ftruncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  addressesOf,
  docker,
  runStack,
  scratchClone,
  writeTestSettings,
} from "../support/system-stack.ts";

const project = `full${process.pid.toString(36)}`;
const volume = `${project}-test-postgres-18-data`;
const megabytes = 320;

/** A disk of a fixed size for one volume. Only root on Linux may make one. */
interface SmallDisk {
  readonly device: string;
  readonly remove: () => void;
}

describe("a full disk under Postgres", () => {
  let clone: string;
  let disk: SmallDisk;
  let agent: string;
  before(async function () {
    if (process.getuid?.() !== 0 || process.platform !== "linux") this.skip();
    this.timeout(15 * 60_000);
    disk = makeSmallDisk();
    docker(...["volume", "create", "--opt", "type=ext4", "--opt", `device=${disk.device}`, volume]);
    clone = scratchClone();
    await writeTestSettings(clone, project);
    const up = await runStack(clone, ["up", "--yes", "--json"]);
    if (up.exitCode !== 0) throw new Error(up.stdout + up.stderr);
    agent = addressesOf(up.stdout)["agent"] ?? "";
  });
  after(async () => {
    await runStack(clone, ["down", "--remove-volumes", "--yes"]);
    docker("volume", "rm", "--force", volume);
    disk.remove();
    rmSync(clone, { recursive: true, force: true });
  });

  it("loses nothing that was acknowledged, says so meanwhile, and goes on when there is room", async () => {
    const first = await ask("Remember the first thing.");
    fill();
    const meanwhile = await askUntilRefused();
    makeRoom();
    const again = await askUntilAnswered();

    expect(first.status).to.equal(200);
    expect(meanwhile.status).to.be.within(500, 503);
    expect(meanwhile.body).to.have.nested.property("error.message");
    expect(again.status).to.equal(200);
    const kept = await fetch(`${agent}/v1/conversations/${String(first.body["conversation_id"])}`);
    expect(kept.status).to.equal(200);
    expect(JSON.stringify(await kept.json())).to.include("Remember the first thing.");
    const up = await runStack(clone, ["up", "--yes", "--json"]);
    expect(up.exitCode, up.stdout).to.equal(0);
  });

  async function ask(prompt: string) {
    const response = await fetch(`${agent}/v1/agent`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ prompt }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Postgres has some room left in its own files, so a few may still be taken. */
  async function askUntilRefused() {
    for (let count = 0; count < 60; count += 1) {
      // Nothing that could be compressed, and no more than the local model takes.
      const answer = await ask(randomBytes(1000).toString("hex"));
      if (answer.status !== 200) return answer;
    }
    throw new Error("Sixty questions were taken by a full disk.");
  }

  async function askUntilAnswered() {
    const deadline = Date.now() + 120_000;
    for (;;) {
      const answer = await ask("Say one word.").catch(() => undefined);
      if (answer?.status === 200) return answer;
      if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(answer)}`);
      await delay(1000);
    }
  }
});

function fill(): void {
  const command = "cat /dev/zero > /var/lib/postgresql/filler 2>/dev/null || true; sync";
  docker("exec", `${project}-test-postgres`, "sh", "-c", command);
}

function makeRoom(): void {
  docker("run", "--rm", "--entrypoint", "rm", ...onVolume(), "-f", "/disk/filler");
}

/** In its own container: Postgres' may be starting again at that moment. */
function onVolume(): string[] {
  const image = docker("inspect", "--format", "{{.Image}}", `${project}-test-postgres`);
  return ["--user", "999:999", "--volume", `${volume}:/disk`, image];
}

function makeSmallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "small-disk-"));
  const file = join(folder, "disk.img");
  const handle = openSync(file, "w");
  ftruncateSync(handle, megabytes * 1024 ** 2);
  closeSync(handle);
  execFileSync("mkfs.ext4", ["-q", "-m", "0", "-E", "root_owner=999:999", file]);
  const device = execFileSync("losetup", ["--find", "--show", file], { encoding: "utf8" }).trim();
  const remove = () => {
    execFileSync("losetup", ["--detach", device]);
    rmSync(folder, { recursive: true });
  };
  return { device, remove };
}
