import { expect } from "chai";
import { recordedAddress, withAddress } from "../../../cli/pulumi/engine-address.ts";
import { parseState, resourceTypes } from "../../../cli/pulumi/stack-state.ts";
import { containerResource, providerResource, resource, stateOf } from "../../support/state.ts";

describe("the Docker engine that a state describes", () => {
  const defaultProvider = resource("pulumi:providers:docker", "default_5_2_0");

  it("is the address of the explicit provider", () => {
    expect(recordedAddress(stateOf(providerResource("ssh://ada@box")))).to.equal("ssh://ada@box");
  });

  it("is unknown before the first update, and in a state with the default provider only", () => {
    expect(recordedAddress(stateOf())).to.equal(undefined);
    expect(recordedAddress(stateOf(defaultProvider))).to.equal(undefined);
  });

  it("gets another address without any other change, secrets included", () => {
    const secret = { envs: { "4dabf18193072939515e22adb298388d": "x", ciphertext: "v1:abc" } };
    const container = { ...containerResource("agent"), inputs: secret };
    const image = resource(resourceTypes.image, "docker");
    const resources = [providerResource(), container, image, defaultProvider];
    const exported = { version: 3, deployment: { manifest: { magic: "m" }, resources } };

    const changed = withAddress(JSON.stringify(exported), "ssh://ada@box");

    expect(recordedAddress(parseState(changed))).to.equal("ssh://ada@box");
    const [, ...others] = (JSON.parse(changed) as typeof exported).deployment.resources;
    expect(others).to.deep.equal([container, image, defaultProvider]);
    expect(JSON.parse(changed)).to.deep.include({ version: 3 });
  });
});
