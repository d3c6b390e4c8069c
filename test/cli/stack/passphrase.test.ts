import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "chai";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { requireRightPassphrase } from "../../../cli/stack/passphrase.ts";
import { parseState } from "../../../cli/pulumi/stack-state.ts";
import { rejection } from "../../support/rejection.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { passes } from "../../support/passes.ts";

/** As the engine writes it into a state that is begun with this passphrase. */
const salt = "v1:eYJJ7uKSayU=:v1:RYdeRXb3aDKcE0B1:HhoDcfYdZ1/uS5PW10mfAHWv5Qw3wA==";
const passphrase = "correct horse";

function exported(deployment: unknown): string {
  return JSON.stringify({ version: 3, deployment });
}

describe("the passphrase of a state", () => {
  const folder = scratchFolder();
  const state = { salt };
  const workspace = () => workspaceOf(folder.path, "dev");

  it("is right where it opens the word that the engine has put into the salt", async () => {
    await passes(
      requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE: passphrase }, workspace()),
    );
  });

  it("is read from its file too, whatever is around it", async () => {
    const file = `${folder.path}/a/passphrase`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${passphrase}\n`);

    await passes(
      requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE_FILE: file }, workspace()),
    );
  });

  it("is refused where it is another, with what to do", async () => {
    const error = await rejection(
      requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE: "another" }, workspace()),
    );

    expect(error.message).to.include("encrypted with another passphrase");
    expect(error.remedy).to.include(".stack/passphrase").and.to.include("docs/state.md");
  });

  it("of ours is remembered once it was right, and refused all the same when it is another", async () => {
    const { home, passphraseFile } = workspace();
    const ours = { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile };
    const check = (salted: { salt: string }) => requireRightPassphrase(salted, ours, workspace());
    mkdirSync(home);
    writeFileSync(passphraseFile, passphrase);
    await passes(check(state));

    const started = performance.now();
    await passes(check(state));
    expect(performance.now() - started).to.be.below(50);

    const other = { salt: salt.replace("RYde", "RYdf") };
    expect((await rejection(check(other))).message).to.include("another passphrase");
    writeFileSync(passphraseFile, "another");
    expect((await rejection(check(state))).message).to.include("another passphrase");
    expect(readFileSync(`${home}/opened/dev`, "utf8")).not.to.include(passphrase);
  });

  it("of the user's own leaves nothing on the disk that a guess could be tried on", async () => {
    const file = `${folder.path}/own`;
    writeFileSync(file, passphrase);

    await requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE_FILE: file }, workspace());
    await requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE: passphrase }, workspace());

    expect(existsSync(workspace().home)).to.equal(false);
  });

  it("does not matter to a state that another service encrypts", async () => {
    await passes(requireRightPassphrase({}, { PULUMI_CONFIG_PASSPHRASE: "another" }, workspace()));
  });
});

describe("an exported state", () => {
  it("brings the salt along", () => {
    const providers = { type: "passphrase", state: { salt } };

    expect(parseState(exported({ secrets_providers: providers })).salt).to.equal(salt);
  });

  it("of a new stack has no resources", () => {
    expect(parseState(exported({ manifest: {} })).resources).to.deep.equal([]);
  });

  it("of a file that has lost its content is not a new stack", () => {
    // So says the engine of a file of {} or null.
    expect(() => parseState(exported(null))).to.throw("damaged or cut short");
  });
});
