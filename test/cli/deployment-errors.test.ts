import { expect } from "chai";
import { translate } from "../../cli/deployment.ts";
import { StackError } from "../../infra/stack-error.ts";

function translated(stderr: string): StackError {
  const error = translate(Object.assign(new Error("Command failed"), { stderr }));
  if (!(error instanceof StackError)) throw new Error(`not recognised: ${stderr}`);
  return error;
}

describe("an error of the engine", () => {
  it("about a passphrase names the file it belongs into", () => {
    expect(translated("error: incorrect passphrase").remedy).to.include(".stack/passphrase");
  });

  it("about a lock names the holder", () => {
    const error = translated(
      "error: the stack is currently locked by 1 lock(s). Either wait …\n" +
        "  file:///x/.stack/state/.pulumi/locks/a.json: created by root@host (pid 4711) at 2026-01-01",
    );

    expect(error.message).to.include("process 4711 of root@host");
  });

  it("about a state cut short names the copy to take back", () => {
    const error = translated("error: could not deserialize: unexpected end of JSON input");

    expect(error.remedy).to.include(".json.bak");
  });

  it("that is none of these stays as it is", () => {
    const error = new Error("something else");

    expect(translate(error)).to.equal(error);
  });
});
