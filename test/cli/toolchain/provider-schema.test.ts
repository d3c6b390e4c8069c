import { readFileSync } from "node:fs";
import { expect } from "chai";
import { schemaFiles, schemaSource, withoutProse } from "../../../cli/toolchain/provider-schema.ts";

describe("the Docker provider's schema", () => {
  it("was made of the names and versions that are pinned now: npm run schema:docker", () => {
    expect(readFileSync(schemaFiles.source, "utf8").trim()).to.equal(schemaSource());
  });

  it("has what the stack declares, and none of the provider's texts", () => {
    const text = readFileSync(schemaFiles.schema, "utf8");
    const schema = JSON.parse(text) as { readonly resources: object };
    for (const name of ["Container", "Network", "RemoteImage", "Volume"]) {
      const token = `docker:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
      expect(schema.resources).to.have.property(token);
    }
    expect(withoutProse(schema)).to.deep.equal(schema);
  });

  it("keeps a property that is called description", () => {
    const schema = { description: "a text", properties: { description: { type: "string" } } };
    expect(withoutProse(schema)).to.deep.equal({
      properties: { description: { type: "string" } },
    });
  });
});
