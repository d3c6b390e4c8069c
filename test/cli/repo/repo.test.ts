import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { gitIn } from "../../../cli/repo/git.ts";
import { describePullRequest, openPullRequest } from "../../../cli/repo/pull-request.ts";
import { pushBranch } from "../../../cli/repo/push-branch.ts";
import { saveSnapshot, type SnapshotOptions } from "../../../cli/repo/save-snapshot.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("the repository's commands, on a clone of a bare remote", () => {
  const folder = scratchFolder();
  const clone = () => join(folder.path, "clone");
  const git = (...words: string[]) =>
    execFileSync("git", words, { cwd: clone(), encoding: "utf8", stdio: "pipe" }).trimEnd();
  const write = (file: string, text: string) => {
    writeFileSync(join(clone(), file), text);
  };

  beforeEach(() => {
    execFileSync("git", ["init", "--quiet", "--bare", join(folder.path, "remote.git")]);
    mkdirSync(join(folder.path, "clone/.github"), { recursive: true });
    git("init", "--quiet", "--initial-branch=main");
    git("config", "user.name", "test");
    git("config", "user.email", "test@localhost");
    git("remote", "add", "origin", join(folder.path, "remote.git"));
    write(".gitignore", ".env\n");
    write(".github/pull_request_template.md", "## What\n\n## Checklist\n\n- [ ] tests pass\n");
    git("add", "--all");
    git("commit", "--quiet", "--message", "start");
    git("push", "--quiet", "origin", "main");
  });

  function save(options: Partial<SnapshotOptions> = {}) {
    return saveSnapshot(gitIn(clone()), {
      message: "feat: a new Tool!",
      branch: undefined,
      now: new Date("2026-01-02T03:04:05Z"),
      secrets: {},
      validate: () => Promise.resolve(),
      ...options,
    });
  }

  it("save commits on a feature branch and leaves main as it was", async () => {
    const main = git("rev-parse", "main");
    write("new.txt", "new\n");

    const snapshot = await save();

    expect(snapshot).to.include({ branch: "feature/feat-a-new-tool-20260102-030405", files: 1 });
    expect(git("branch", "--show-current")).to.equal(snapshot?.branch);
    expect(git("log", "-1", "--format=%B")).to.equal(
      "feat: a new Tool!\n\nSnapshot of 2026-01-02 03:04:05 UTC.",
    );
    expect(git("rev-parse", "main")).to.equal(main);
    expect(git("status", "--porcelain")).to.equal("");
  });

  it("save has nothing to do twice in a row", async () => {
    write("new.txt", "new\n");
    await save();

    expect(await save()).to.equal(undefined);
  });

  it("save stays on a branch of one's own, or takes the one that is named", async () => {
    git("switch", "--quiet", "--create", "mine");
    write("one.txt", "1\n");
    const first = await save();
    write("two.txt", "2\n");
    const second = await save({ branch: "other" });

    expect([first?.branch, second?.branch]).to.deep.equal(["mine", "other"]);
  });

  it("save refuses main by name, and a program that is not valid, and commits nothing", async () => {
    write("new.txt", "new\n");
    const invalid = new StackError("It does not render.", { remedy: "Mend it." });

    expect(await errorOf(save({ branch: "main" }))).to.include("by pull request only");
    expect(await errorOf(save({ validate: () => Promise.reject(invalid) }))).to.include("render");
    expect(git("branch", "--list").trim()).to.equal("* main");
    expect(git("status", "--porcelain")).to.equal("?? new.txt");
  });

  it("save never commits a secret, wherever it stands, and never shows it", async () => {
    const secrets = { POSTGRES_PASSWORD: "a-very-secret-password" };
    write(".env", "POSTGRES_PASSWORD=a-very-secret-password\n");
    write(".env.test", "X=1\n");
    write("notes.txt", "password: a-very-secret-password\n");

    const error = await save({ secrets }).catch((thrown: unknown) => thrown as StackError);

    expect((error as StackError).details).to.deep.equal([
      ".env.test holds settings of a stack",
      "notes.txt holds the value of POSTGRES_PASSWORD",
    ]);
    expect(JSON.stringify(error)).not.to.include("a-very-secret-password");
    expect(git("diff", "--cached", "--name-only")).to.equal("");
    expect(git("branch", "--show-current")).to.equal("main");
  });

  it("push sends the branch and remembers it, and refuses main", async () => {
    expect(await errorOf(pushBranch(gitIn(clone()), toOrigin))).to.include("main");
    write("new.txt", "new\n");
    const snapshot = await save();

    await pushBranch(gitIn(clone()), toOrigin);

    const branch = snapshot?.branch ?? "";
    expect(git("rev-parse", `origin/${branch}`)).to.equal(git("rev-parse", "HEAD"));
    expect(git("rev-parse", "--abbrev-ref", "@{upstream}")).to.equal(`origin/${branch}`);
    await pushBranch(gitIn(clone()), toOrigin);
  });

  it("push names a remote that there is not, and what adds it", async () => {
    write("new.txt", "new\n");
    await save();
    const options = { remote: "nowhere", setUpstream: false };

    expect(await errorOf(pushBranch(gitIn(clone()), options))).to.include("nowhere");
  });

  it("pr writes the commits above the checklist, and the command that opens it", async () => {
    write("new.txt", "new\n");
    const snapshot = await save();
    const options = { base: "main", draft: true, title: undefined, body: undefined };

    const request = await describePullRequest(clone(), gitIn(clone()), options);
    const opened = await openPullRequest(clone(), request, { PATH: folder.path });

    expect(request.body).to.equal(
      "## What\n\n- feat: a new Tool!\n\n## Checklist\n\n- [ ] tests pass\n",
    );
    expect(request.gh.join(" ")).to.equal(
      `pr create --base main --head ${snapshot?.branch ?? ""} --title feat: a new Tool! --draft`,
    );
    expect(opened).to.equal(undefined);
  });

  it("pr hands title and body to gh where that is installed", async () => {
    write("new.txt", "new\n");
    await save();
    const gh = join(folder.path, "gh");
    writeFileSync(gh, '#!/bin/sh\nprintf "%s|" "$@"\n', { mode: 0o755 });
    const options = { base: "main", draft: false, title: "T", body: "B" };

    const request = await describePullRequest(clone(), gitIn(clone()), options);
    const opened = await openPullRequest(clone(), request, { PATH: `${folder.path}:/bin` });

    expect(opened).to.match(/^pr\|create\|.*--title\|T\|--body\|B\|$/);
  });

  it("pr has nothing to propose on a branch without commits", async () => {
    git("switch", "--quiet", "--create", "empty");
    const options = { base: "main", draft: false, title: undefined, body: undefined };

    expect(await errorOf(describePullRequest(clone(), gitIn(clone()), options))).to.include(
      "nothing that main has not",
    );
  });
});

const toOrigin = { remote: "origin", setUpstream: false };

async function errorOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return "";
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return error.message;
  }
}
