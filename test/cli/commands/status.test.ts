import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { render } from "../../../cli/commands/status.ts";
import { describeAddresses } from "../../../cli/stack/describe-addresses.ts";
import { signInHint } from "../../../cli/stack/service-pages.ts";
import { requireKnownStack } from "../../../cli/stack/stacks-of-clone.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { thisMachine } from "../../../cli/docker/host/engine-machine.ts";
import { desiredWith } from "../../support/desired.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const now = Date.parse("2026-01-01T12:00:00Z");
const row = (service: string, state = "running", health = "healthy") => ({
  service,
  state,
  health,
  image: "sha256:0123456789abcdef",
  ports: ["127.0.0.1:18000"],
  startedAt: "2026-01-01T11:48:30Z",
  restarts: 0,
  address: undefined,
});

describe("status", () => {
  const folder = scratchFolder();

  it("fits a terminal of 80 columns whole, and one of 60 but for the image", () => {
    const rows = [
      row("open-webui"),
      row("embeddings", "exited (137)"),
      row("agent", "running", "unhealthy"),
    ];
    const lines = (width: number) => stripVTControlCharacters(render(rows, now, width)).split("\n");

    expect(Math.max(...lines(80).map((line) => line.length))).to.be.at.most(80);
    expect(lines(80)[1]).to.equal(
      "open-webui  healthy       127.0.0.1:18000  11 min  0         0123456789ab",
    );
    expect(lines(80)[2]).to.match(/^embeddings {2}exited \(137\) .* - {7}/);
    expect(Math.max(...lines(60).map((line) => line.length))).to.be.at.most(60);
    expect(lines(60)[0]).to.include("RESTARTS");
  });

  it("refuses a stack that this clone has not, and names those that it has", () => {
    writeFileSync(join(folder.path, ".env.two"), "");
    const known = (stackName: string) => {
      requireKnownStack({ root: folder.path, stackName });
    };

    expect(() => {
      known("tow");
    }).to.throw(StackError, "This clone has no stack called tow. It has: two.");
    known("two");
    known("dev");
  });
});

describe("the end of up", () => {
  const end = (overrides: Readonly<Record<string, string>> = {}) =>
    stripVTControlCharacters(
      describeAddresses(desiredWith(overrides), "updated", 81, thisMachine, "ada@example.test"),
    );

  it("says who signs in and where the password is, and never the password", () => {
    const password = "an-administrators-password";

    expect(end({ WEBUI_ADMIN_PASSWORD: password }))
      .to.include("Sign in to open-webui as ada@example.test; the password: ./stack open")
      .and.not.include(password);
  });

  it("has nothing to say of signing in where no page asks for it", () => {
    expect(signInHint({ agent: "http://127.0.0.1:8000" }, "ada@example.test")).to.deep.equal([]);
  });
});
