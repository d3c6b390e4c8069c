import { expect } from "chai";
import { withoutSecrets } from "../../../cli/output/without-secrets.ts";

const environment = [
  "TZ=UTC",
  "LITELLM_API_KEY=sk-very-secret-1",
  "DATABASE_URL=postgresql://agent:pass-word-9@postgres:5432/agent",
  "PLANNER_API_KEY=none",
];

describe("withoutSecrets", () => {
  it("takes secrets out of every text, however deep", () => {
    const value = { logs: ["key sk-very-secret-1 refused"], nested: [{ env: environment }] };

    const cleaned = JSON.stringify(withoutSecrets(value, environment));

    expect(cleaned).not.to.include("sk-very-secret-1");
    expect(cleaned).to.include("key [secret] refused");
  });

  it("takes out a password that is without its URL", () => {
    expect(withoutSecrets("login with pass-word-9", environment)).to.equal("login with [secret]");
  });

  it("leaves other values, and words as short as none", () => {
    expect(withoutSecrets("none of it is UTC", environment)).to.equal("none of it is UTC");
  });
});
