import { expect } from "chai";
import { describeExplanation } from "../../../cli/diagnosis/describe-explanation.ts";
import type { Explanation } from "../../../cli/diagnosis/explain-service.ts";
import { symptoms } from "../../support/symptoms.ts";

const healthLog = [1, 2, 3, 4, 5].map((check) => ({ exitCode: 0, output: `check ${check}` }));

function explained(condition: string): string {
  const explanation: Explanation = {
    ...{ service: "litellm", condition, causes: [], dependencies: [], waiting: ["agent"] },
    ...{ symptoms: symptoms({ healthLog }), keptAt: undefined },
  };
  return describeExplanation(explanation);
}

describe("what why says", () => {
  it("has no health checks of a healthy service", () => {
    const text = explained("healthy");

    expect(text).to.include("litellm is healthy").and.to.include("Needed by: agent");
    expect(text).to.not.include("check 5");
  });

  it("has the last three of one that is not", () => {
    const text = explained("unhealthy");

    expect(text).to.match(/check 3\n.*check 4\n.*check 5/);
    expect(text).to.not.include("check 2");
  });
});
