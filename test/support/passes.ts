import { expect } from "chai";

/** Asserts that a check lets something through, which it would refuse by throwing. */
export async function passes(check: Promise<unknown>): Promise<void> {
  const refusal: unknown = await check.then(
    () => "passed",
    (error: unknown) => error,
  );
  expect(refusal).to.equal("passed");
}
