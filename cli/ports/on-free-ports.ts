import { PortTakenError } from "./port-plan.ts";

/** Each takes most of an update, and a machine where ports go so fast needs a person. */
const mostAttempts = 3;

/**
 * Brings something up on ports that are free, and chooses again where one was taken in between: half a
 * minute may pass from the choice until Docker asks for the port.
 *
 * @param choose is told which ports were lost so far.
 * @param before those that were lost before.
 */
export async function onFreePorts<Plan, Outcome>(
  choose: (lost: readonly number[]) => Promise<Plan>,
  bringUp: (plan: Plan) => Promise<Outcome>,
  before: readonly number[] = [],
): Promise<Outcome> {
  const lost = [...before];
  for (let attempt = 1; ; attempt += 1) {
    const plan = await choose(lost);
    try {
      return await bringUp(plan);
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === mostAttempts) throw error;
      lost.push(...error.ports);
    }
  }
}
