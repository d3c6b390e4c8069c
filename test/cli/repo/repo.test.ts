import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
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
    return saveSnapshot(gitIn(clone(), process.env), {
      message: "feat: a new Tool!",
      branch: undefined,
      now: new Date("2026-01-02T03:04:05Z"),
      secrets: new Map(),
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

  it("save stays on the user's own branch, or takes the one that is named", async () => {
    git("switch", "--quiet", "--create", "mine");
    write("one.txt", "1\n");
    const first = await save();
    write("two.txt", "2\n");
    const second = await save({ branch: "other" });

    expect([first?.branch, second?.branch]).to.deep.equal(["mine", "other"]);
  });

  it("save refuses main by name, and a program that is not valid, and commits nothing", async () => {
    write("new.txt", "new\n");
    const invalid = new StackError("It does not render.", { remedy: "Fix it." });

    expect(await errorOf(save({ branch: "main" }))).to.include("by pull request only");
    expect(await errorOf(save({ validate: () => Promise.reject(invalid) }))).to.include("render");
    expect(git("branch", "--list").trim()).to.equal("* main");
    expect(git("status", "--porcelain")).to.equal("?? new.txt");
  });

  it("save never commits a secret, wherever it is, and never shows it", async () => {
    const secret = "a-very-secret-password";
    const secrets = new Map([["POSTGRES_PASSWORD of the stack dev", secret]]);
    write(".env", `POSTGRES_PASSWORD=${secret}\n`);
    write(".env.test", "X=1\n");
    write("notes.txt", `password: ${secret}\n`);
    write("binary.dat", `\0\u0001 ${secret}\0`);
    writeFileSync(join(clone(), "windows.txt"), Buffer.from(secret, "utf16le"));
    write(`${secret}.txt`, "");
    write(".gitattributes", "hidden.txt -diff\n");
    write("hidden.txt", secret);
    symlinkSync(secret, join(clone(), "link"));
    write("id_ed25519", `-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n`);
    mkdirSync(join(clone(), "saved/backup-20260102-030405"), { recursive: true });
    write("saved/backup-20260102-030405/manifest.json", "{}");
    write("merged.txt", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n");
    // What the user's configuration makes of a diff.
    git("config", "color.ui", "always");
    git("config", "diff.external", "true");
    git("config", "diff.noprefix", "true");

    const error = await save({ secrets }).catch((thrown: unknown) => thrown as StackError);

    const from = "POSTGRES_PASSWORD of the stack dev";
    expect((error as StackError).details).to.have.members([
      ".env.test contains the settings of a stack",
      `a file's name contains ${from}`,
      `binary.dat contains ${from}`,
      `hidden.txt contains ${from}`,
      "id_ed25519 contains a private key",
      `link contains ${from}`,
      "merged.txt contains conflict markers",
      `notes.txt contains ${from}`,
      "saved/backup-20260102-030405/manifest.json belongs to a backup",
      `windows.txt contains ${from}`,
    ]);
    expect(JSON.stringify(error)).not.to.include(secret);
    expect(git("diff", "--cached", "--name-only", "--no-ext-diff")).to.equal("");
    expect(git("branch", "--show-current")).to.equal("main");
  });

  it("save refuses a secret in the message, and in the branch that is made of it", async () => {
    write("new.txt", "new\n");
    const secrets = new Map([["a key", "secret-in-message"]]);

    const error = await save({ message: "fix: secret-in-message", secrets }).catch(
      (thrown: unknown) => thrown as StackError,
    );

    expect((error as StackError).details).to.deep.equal([
      "the commit message contains a key",
      "the branch's name contains a key",
    ]);
  });

  it("save leaves partial staging and the branch as they were, whatever refuses", async () => {
    git("switch", "--quiet", "--create", "other");
    write("other.txt", "other\n");
    git("add", "--all");
    git("commit", "--quiet", "--message", "other");
    git("switch", "--quiet", "main");
    write("staged.txt", "staged\n");
    git("add", "staged.txt");
    write("staged.txt", "staged, then edited\n");
    write("loose.txt", "loose\n");
    const hook = join(clone(), ".git/hooks/pre-commit");
    writeFileSync(hook, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const status = git("status", "--porcelain");
    const staged = git("show", ":staged.txt");

    for (const branch of [undefined, "other", "new"]) {
      expect(await errorOf(save({ branch }))).to.include("git commit failed");
      expect(git("status", "--porcelain"), branch).to.equal(status);
      expect(git("show", ":staged.txt"), branch).to.equal(staged);
      expect(git("branch", "--show-current"), branch).to.equal("main");
    }
    expect(git("branch", "--list", "--format=%(refname:short)").split("\n")).to.deep.equal([
      "main",
      "other",
    ]);
  });

  it("save refuses in the middle of a merge, and the merge goes on", async () => {
    git("switch", "--quiet", "--create", "theirs");
    write("both.txt", "theirs\n");
    git("add", "--all");
    git("commit", "--quiet", "--message", "theirs");
    git("switch", "--quiet", "main");
    write("both.txt", "ours\n");
    git("add", "--all");
    git("commit", "--quiet", "--message", "ours");
    expect(() => git("merge", "theirs")).to.throw();
    write("both.txt", "both\n");
    const head = git("rev-parse", "MERGE_HEAD");

    expect(await errorOf(save())).to.include("A merge is in progress");
    expect(git("rev-parse", "MERGE_HEAD")).to.equal(head);
  });

  it("save commits the first commit of a repository, too", async () => {
    git("checkout", "--quiet", "--orphan", "first");
    const secrets = new Map([["a key", "a-secret-for-the-first"]]);
    write("new.txt", "a-secret-for-the-first");
    const refused = await errorOf(save({ secrets }));
    write("new.txt", "new");

    expect(refused).to.include("nothing was committed");
    expect((await save({ secrets }))?.branch).to.equal("first");
  });

  it("push sends the branch and remembers it, and refuses main", async () => {
    expect(await errorOf(pushBranch(gitIn(clone(), process.env), toOrigin))).to.include("main");
    write("new.txt", "new\n");
    const snapshot = await save();

    await pushBranch(gitIn(clone(), process.env), toOrigin);

    const branch = snapshot?.branch ?? "";
    expect(git("rev-parse", `origin/${branch}`)).to.equal(git("rev-parse", "HEAD"));
    expect(git("rev-parse", "--abbrev-ref", "@{upstream}")).to.equal(`origin/${branch}`);
    await pushBranch(gitIn(clone(), process.env), toOrigin);
  });

  it("push and pr advise on main what they can do, and no option that they lack", async () => {
    const options = { base: "main", draft: true, title: undefined, body: undefined };
    const own = gitIn(clone(), process.env);
    const remedies = await Promise.all(
      [pushBranch(own, toOrigin), describePullRequest(clone(), own, options)].map((refused) =>
        refused.then(
          () => "",
          (error: unknown) => (error as StackError).remedy,
        ),
      ),
    );

    for (const remedy of remedies) {
      expect(remedy).to.include("git switch --create").and.not.include("--branch");
    }
  });

  it("push names a remote that there is not, and what adds it", async () => {
    write("new.txt", "new\n");
    await save();
    const options = { remote: "nowhere", setUpstream: false };

    expect(await errorOf(pushBranch(gitIn(clone(), process.env), options))).to.include("nowhere");
  });

  it("pr writes the commits above the checklist, and the command that opens it", async () => {
    write("new.txt", "new\n");
    const snapshot = await save();
    const options = { base: "main", draft: true, title: undefined, body: undefined };

    const request = await describePullRequest(clone(), gitIn(clone(), process.env), options);
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

    const request = await describePullRequest(clone(), gitIn(clone(), process.env), options);
    const opened = await openPullRequest(clone(), request, { PATH: `${folder.path}:/bin` });

    expect(opened).to.match(/^pr\|create\|.*--title\|T\|--body\|B\|$/);
  });

  it("pr has nothing to propose on a branch without commits", async () => {
    git("switch", "--quiet", "--create", "empty");
    const options = { base: "main", draft: false, title: undefined, body: undefined };

    expect(
      await errorOf(describePullRequest(clone(), gitIn(clone(), process.env), options)),
    ).to.include("nothing that main has not");
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
