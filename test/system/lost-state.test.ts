import { expect } from "chai";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { postToAgent } from "../support/agent-calls.ts";
import { systemStack } from "../support/system-stack.ts";

describe("a lost state", () => {
  it("is made again by up, its passphrase too, and the data is kept", async () => {
    const { clone, stack, url } = systemStack();
    const asked = await postToAgent("/v1/agent", {
      prompt: "Remember what was said before the loss.",
    });
    const { conversation_id: id } = (await asked.json()) as { conversation_id: string };
    renameSync(join(clone, ".stack/state"), join(clone, ".stack/state.lost"));
    rmSync(join(clone, ".stack/passphrase"));
    // As a bare `pulumi up` leaves it, under the passphrase that is lost.
    const salt = "v1:t8il385Bg+c=:v1:zJ5jN4SCXwT253OP:BDFYLfmkjimag+5BpsTmjkQ6tOaXfA==";
    const settingsFile = join(clone, "Pulumi.test.yaml");
    writeFileSync(settingsFile, `encryptionsalt: ${salt}\n`);

    const up = await stack("up", "--yes", "--json", "--verify");
    const kept = await fetch(`${url("agent")}/v1/conversations/${id}`);

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(await kept.text()).to.include("Remember what was said before the loss.");
    expect(readFileSync(settingsFile, "utf8")).to.equal(`encryptionsalt: ${salt}\n`);
    rmSync(settingsFile);
  });
});
