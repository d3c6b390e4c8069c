import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "chai";
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

  it("is right where it opens the word that the engine has put into the salt", async () => {
    await passes(requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE: passphrase }));
  });

  it("is read from its file too, whatever is around it", async () => {
    const file = `${folder.path}/a/passphrase`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${passphrase}\n`);

    await passes(requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE_FILE: file }));
  });

  it("is refused where it is another, with what to do", async () => {
    const error = await rejection(
      requireRightPassphrase(state, { PULUMI_CONFIG_PASSPHRASE: "another" }),
    );

    expect(error.message).to.include("encrypted with another passphrase");
    expect(error.remedy).to.include(".stack/passphrase").and.to.include("docs/state.md");
  });

  it("does not matter to a state that another service encrypts", async () => {
    await passes(requireRightPassphrase({}, { PULUMI_CONFIG_PASSPHRASE: "another" }));
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
