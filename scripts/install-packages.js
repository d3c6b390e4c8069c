// How stack.cmd installs npm's packages: its own language has no lock, and the Node that runs this may
// be any, so it is plain JavaScript. The shell's launcher does the same by itself.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const root = dirname(import.meta.dirname ?? dirname(process.argv[1]));
const lockfile = join(root, "package-lock.json");
const stamp = join(root, "node_modules", ".stack-lockfile");
const lock = join(root, ".stack", "npm-ci.pid");

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Made in one step or not at all. */
function takeLock() {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** By a rename, so that of two who find the same dead holder only one takes its file away. */
function discardDead(holder) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
    // Somebody else may have taken it in between: then it is put back.
    if (read(aside) === holder) rmSync(aside);
    else renameSync(aside, lock);
  } catch {
    // Somebody else was quicker.
  }
}

async function untilLocked() {
  mkdirSync(dirname(lock), { recursive: true });
  let announced = false;
  while (!takeLock()) {
    const holder = read(lock);
    // Between its making and its writing it is empty.
    if (holder && !isAlive(Number(holder))) discardDead(holder);
    else {
      if (!announced)
        console.error(`stack: waiting for process ${holder}, which installs the npm packages`);
      announced = true;
      await delay(500);
    }
  }
}

await untilLocked();
try {
  if (read(lockfile) !== read(stamp)) {
    console.error("stack: installing npm packages (npm ci), once per change of package-lock.json");
    // Taken before: a lockfile that changes meanwhile is then seen to differ at the next start.
    const copy = `${lock}.copy`;
    copyFileSync(lockfile, copy);
    const words = ["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"];
    // Of Windows' npm, which is a script, only a shell knows how to run it.
    const shell = process.platform === "win32";
    const { status } = spawnSync("npm", words, { cwd: root, shell, stdio: ["ignore", 2, 2] });
    if (status === 0) renameSync(copy, stamp);
    else {
      rmSync(copy, { force: true });
      console.error("stack: npm ci failed; see its message above, then run this again.");
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(lock, { force: true });
}
