import { join } from "node:path";
import { expect } from "chai";
import { secretsFrom, stackOfValues } from "../../infra/program/stack-of-values.ts";
import { definitions } from "../../infra/settings/definitions.ts";

const root = join(import.meta.dirname, "../..");
const key = "a key of thirty-two characters..";

describe("the secrets that are derived from one", () => {
  it("are all that a stack needs, each accepted by its setting and none twice", () => {
    const secrets = secretsFrom(key);

    for (const [name, value] of Object.entries(secrets)) {
      const { schema } = definitions[name as keyof typeof definitions];
      expect(schema.safeParse(value).success, name).to.equal(true);
    }
    expect(new Set(Object.values(secrets)).size).to.equal(Object.keys(secrets).length);
    const stack = stackOfValues(
      { ...secrets, IMAGE_SOURCE: "build" },
      { stackName: "own", root, environment: {} },
    );
    expect(stack.addresses).to.include({ agent: "http://127.0.0.1:8000" });
  });

  it("are the same for the same key, and others for another", () => {
    const [first, again, other] = [secretsFrom(key), secretsFrom(key), secretsFrom(`${key}!`)];

    expect(again).to.deep.equal(first);
    for (const [name, value] of Object.entries(first)) {
      expect(other).to.have.property(name).that.does.not.equal(value);
    }
  });

  it("are refused for a key that is too short to keep them", () => {
    expect(() => secretsFrom("short")).to.throw("at least 32 characters");
  });
});

describe("a stack of values", () => {
  it("refuses a name that no setting has, with the nearest one", () => {
    const values = { ...secretsFrom(key), IMAGE_SOURCE: "build", AGENT_PROT: "8100" };

    expect(() => stackOfValues(values, { stackName: "own", root, environment: {} })).to.throw(
      "the program sets AGENT_PROT, which no setting has. Did you mean AGENT_PORT?",
    );
  });

  it("takes a number as Pulumi's configuration gives it", () => {
    const values = { ...secretsFrom(key), IMAGE_SOURCE: "build", AGENT_PORT: 8100 };
    const { addresses } = stackOfValues(values, { stackName: "own", root, environment: {} });

    expect(addresses).to.include({ agent: "http://127.0.0.1:8100" });
  });

  it("refuses a wrong value", () => {
    const values = { ...secretsFrom(key), IMAGE_SOURCE: "build", AGENT_PORT: "none" };

    expect(() => stackOfValues(values, { stackName: "own", root, environment: {} })).to.throw(
      'AGENT_PORT in the program is "none"',
    );
  });
});
