import { processMark } from "../../cli/process-mark.ts";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Activity } from "../../cli/activity.ts";
import { beginRestore, endRestore, warnOfUnfinishedRestore } from "../../cli/restore-journal.ts";
import { workspaceOf } from "../../cli/workspace.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe("the note of a restore", () => {
  const scratch = scratchFolder();
  const workspace = () => workspaceOf(scratch.path, "test");
  const warnings = (): Activity[] => {
    const found: Activity[] = [];
    warnOfUnfinishedRestore(workspace(), (activity) => found.push(activity));
    return found;
  };
  const dieNow = () => {
    const path = join(scratch.path, ".stack/restores/test.json");
    const dead = spawnSync("true").pid;
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(`"process":"${processMark()}"`, `"process":"${dead}"`));
  };
  const sets = () => ({
    set: join(scratch.path, "backups/backup-1"),
    safety: join(scratch.path, "backups/safety-1"),
  });

  it("warns every later command when the restore was killed, with both ways on", () => {
    beginRestore(workspace(), sets());
    dieNow();

    const [warning] = warnings();

    expect(warning?.status).to.equal("warning");
    expect(warning?.message).to.include("./stack backup restore backups/safety-1");
    expect(warning?.message).to.include("./stack backup restore backups/backup-1");
  });

  it("warns where the note itself is damaged, and fails no command", () => {
    beginRestore(workspace(), sets());
    writeFileSync(join(scratch.path, ".stack/restores/test.json"), '{"process":"47');

    expect(warnings().map(({ message }) => message)).to.have.length(1);
    expect(warnings()[0]?.message).to.include("./stack backup restore latest");
  });

  it("says nothing while the restore runs, nor after its end", () => {
    beginRestore(workspace(), sets());
    const during = warnings();
    dieNow();
    endRestore(workspace());

    expect([...during, ...warnings()]).to.deep.equal([]);
  });
});
