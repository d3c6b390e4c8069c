import { expect } from "chai";
import { resultOf, systemStack } from "../support/system-stack.ts";

describe("db", () => {
  it("shows what the agent's database contains, and finds its schema up to date", async () => {
    const { stack } = systemStack();
    const status = await stack("db", "status", "--json");
    const migrate = await stack("db", "migrate", "--json");

    expect(status.exitCode, status.stdout + status.stderr).to.equal(0);
    expect(resultOf(status.stdout)["database"]).to.be.an("object").that.is.not.empty;
    expect(migrate.exitCode, migrate.stdout + migrate.stderr).to.equal(0);
    expect(resultOf(migrate.stdout)["applied"]).to.deep.equal([]);
  });
});
