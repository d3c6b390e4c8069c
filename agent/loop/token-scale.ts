import type { TokenEstimate } from "./token-estimate.ts";

/** How far one model's own counts are from our estimates. */
export interface TokenScale {
  readonly tokens: (estimate: TokenEstimate) => number;
  /** @param counted what the model's server counted of that. */
  readonly learn: (estimate: TokenEstimate, counted: number) => void;
}

/** By the names that the agent has for its models. */
export interface TokenScales {
  readonly of: (model: string) => TokenScale;
}

export function tokenScales(): TokenScales {
  const known = new Map<string, TokenScale>();
  return {
    of: (model) => {
      const scale = known.get(model) ?? tokenScale();
      known.set(model, scale);
      return scale;
    },
  };
}

/** How much one turn teaches. */
const weight = 0.2;
/** Of fewer tokens nothing is learned: what a chat template adds would count for too much. */
const leastTokens = 100;
// One caller's odd texts change little for the others: nothing for those of another script, and no more
// than this for those of the same.
const asciiRange = { least: 0.7, most: 1.4 } as const;
const otherRange = { least: 0.4, most: 2.5 } as const;

function tokenScale(): TokenScale {
  let ascii = 1;
  let other = 1;
  return {
    tokens: (estimate) => Math.ceil(estimate.ascii * ascii + estimate.other * other),
    learn: (estimate, counted) => {
      if (estimate.ascii + estimate.other < leastTokens || !(counted > 0)) return;
      if (estimate.other > estimate.ascii) {
        const seen = (counted - estimate.ascii * ascii) / estimate.other;
        other = moved(other, within(seen, otherRange));
      } else if (estimate.ascii > 9 * estimate.other) {
        const seen = (counted - estimate.other * other) / estimate.ascii;
        ascii = moved(ascii, within(seen, asciiRange));
      }
    },
  };
}

function moved(from: number, to: number): number {
  return from + (to - from) * weight;
}

function within(value: number, { least, most }: { least: number; most: number }): number {
  return Math.min(Math.max(value, least), most);
}
