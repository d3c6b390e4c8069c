import { posix } from "node:path";
import type Docker from "dockerode";
import { StackError } from "../../../infra/stack-error.ts";
import { isMissing } from "../../docker/docker-client.ts";
import { dockerFrames } from "../../docker/docker-frames.ts";
import { removeContainer } from "../../docker/remove-container.ts";
import { throwawayLabels } from "../throwaway-cleanup.ts";
import { stagingFolder } from "./entry-rules.ts";
import type { FilesMount } from "./mount-files.ts";

/**
 * How a mount's files are exchanged: renames inside the volume, each step of which can be done again.
 *
 * What has been done is in the names of the folders, so that whoever comes after a kill -9, the
 * engine's included, knows whose files are in place:
 *
 * - `incoming`: the set's files; while it is there, what is in place is the former files.
 * - `former`: the former files, all of them once `incoming` is called `arriving`.
 * - `returning`: the former files on their way back; what is in place is theirs.
 */
export function stagedFiles(docker: Docker, mount: FilesMount) {
  const run = (step: keyof typeof stagingScripts) => () =>
    runAsRoot(docker, mount, stagingScripts[step]);
  const runWhereBegun = (step: keyof typeof stagingScripts) => async () => {
    if (await isThere(docker, mount, posix.join(mount.path, stagingFolder))) await run(step)();
  };
  return {
    /** Where the set's files are to be unpacked. */
    incoming: posix.join(mount.path, stagingFolder, "incoming"),
    /** Makes room for the set's files, and proves that the present ones can be moved and removed. */
    open: run("open"),
    /** Gives the unpacked files to the service. */
    ready: run("ready"),
    /** Puts the set's files in place, and the former ones aside. */
    exchange: run("exchange"),
    /** Puts the former files in place again, however far `exchange` came; else does nothing. */
    goBack: runWhereBegun("goBack"),
    /** Removes what is not in place. */
    clear: runWhereBegun("clear"),
  };
}

const common = `
set -eu
root=$1 owner=$2 stage=$1/${stagingFolder}
move() {
  find "$1" -mindepth 1 -maxdepth 1 ! -name ${stagingFolder} -exec mv -t "$2" -- {} +
}
`;

/**
 * Sets each file's owner to what it is: where that is refused, a removal would be. The service runs
 * meanwhile, and may remove one between the look and the change: that is not a refusal the next time.
 */
const open = `
rm -rf "$stage/incoming"
mkdir -p -m 0700 "$stage" "$stage/incoming"
prove() {
  find "$root" -xdev -mindepth 1 -printf '%U:%G\\n' | sort -u | while read -r id; do
    find "$root" -xdev -mindepth 1 -uid "\${id%:*}" -gid "\${id#*:}" -exec chown -h "$id" {} + ||
      exit 1
  done
}
prove 2>/dev/null || { sleep 1 && prove 2>/dev/null; } || { sleep 1 && prove; }
`;

const ready = `
[ -z "$owner" ] || chown -hR "$owner" "$stage/incoming"
sync -f "$stage"
`;

const exchange = `
mkdir "$stage/former"
move "$root" "$stage/former"
mv "$stage/incoming" "$stage/arriving"
move "$stage/arriving" "$root"
`;

const goBack = `
if [ -d "$stage/former" ]; then
  if [ ! -d "$stage/incoming" ]; then
    find "$root" -mindepth 1 -maxdepth 1 ! -name ${stagingFolder} -exec rm -rf -- {} +
  fi
  mv "$stage/former" "$stage/returning"
fi
[ ! -d "$stage/returning" ] || move "$stage/returning" "$root"
`;

const clear = `
rm -rf "$stage"
`;

/** What each step runs, in the folder `$1`, for the owner `$2`. */
export const stagingScripts = {
  open: common + open,
  ready: common + ready,
  exchange: common + exchange,
  goBack: common + goBack,
  clear: common + clear,
};

/**
 * Runs a script on the mount, in a container of the service's own image.
 *
 * As root, since files may be anybody's (`docker cp` makes them root's), and with nothing of root's
 * but what moving, removing and giving away files takes.
 */
async function runAsRoot(docker: Docker, mount: FilesMount, script: string): Promise<void> {
  const { service, container, path } = mount;
  const { Image, Config } = await docker.getContainer(container).inspect();
  const helper = await docker.createContainer({
    Image,
    User: "0:0",
    Labels: throwawayLabels(),
    Entrypoint: ["sh", "-c", script, "sh"],
    Cmd: [path, Config.User],
    Healthcheck: { Test: ["NONE"] },
    HostConfig: {
      VolumesFrom: [container],
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      CapAdd: ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
      SecurityOpt: ["no-new-privileges:true"],
    },
  });
  try {
    await helper.start();
    const { StatusCode } = (await helper.wait()) as { StatusCode: number };
    if (StatusCode !== 0) throw filesError(service, await lastWords(helper));
  } finally {
    await removeContainer(docker, helper.id);
  }
}

async function isThere(docker: Docker, { container }: FilesMount, path: string): Promise<boolean> {
  try {
    await docker.getContainer(container).infoArchive({ path });
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function lastWords(helper: Docker.Container): Promise<string[]> {
  const log = await helper.logs({ stdout: true, stderr: true, tail: 8 });
  const pieces: Buffer[] = [];
  for await (const { data } of dockerFrames(singleChunk(log))) pieces.push(data);
  return Buffer.concat(pieces).toString("utf8").trim().split("\n");
}

// eslint-disable-next-line @typescript-eslint/require-await -- dockerFrames reads asynchronously.
async function* singleChunk(chunk: Buffer): AsyncGenerator<Buffer> {
  yield chunk;
}

function filesError(service: string, details: readonly string[]): StackError {
  return new StackError(`The files of ${service} can't be replaced.`, {
    details,
    remedy:
      `Make the files above ones that root may move and remove (an immutable file: chattr -i), then ` +
      `run the command again.`,
  });
}
