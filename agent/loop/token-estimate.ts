/**
 * About how many tokens a text is. No tokenizer is asked: every model behind LiteLLM has another, and to
 * run one over a long body would take longer than the model does. English words are counted, other
 * scripts by the character; how far a model is from this is learned from what it counts (TokenScale).
 */
export interface TokenEstimate {
  readonly ascii: number;
  /** Of characters beyond ASCII: small models need four times as many for them as large ones do. */
  readonly other: number;
}

export const noTokens: TokenEstimate = { ascii: 0, other: 0 };

/** A longer text is judged by parts of it, which are spread evenly. */
const sampleCharacters = 4096;
const samples = 16;

export function tokenEstimate(text: string): TokenEstimate {
  if (text.length <= samples * sampleCharacters) return counted(text);
  const distance = (text.length - sampleCharacters) / (samples - 1);
  const parts = Array.from({ length: samples }, (_, index) => {
    const start = Math.floor(index * distance);
    return counted(text.slice(start, start + sampleCharacters));
  });
  const { ascii, other } = parts.reduce(addedTokens, noTokens);
  const share = text.length / (samples * sampleCharacters);
  return { ascii: ascii * share, other: other * share };
}

export function addedTokens(a: TokenEstimate, b: TokenEstimate): TokenEstimate {
  return { ascii: a.ascii + b.ascii, other: a.other + b.other };
}

/** What common tokenizers make of it, rounded up a little: a word is one token, a long one has more. */
const word = 1;
const laterLetter = 0.25;
const lettersOfOneToken = 6;
/** As in names of code, and in base64, which has hardly anything else. */
const changeOfCase = 1;
const digit = 0.7;
const mark = 0.7;
const space = 0.05;

const endOfAscii = 0x80;
/** By the first code unit above: Latin with marks, Greek and Cyrillic; Semitic; Indic and Thai to symbols. */
const scripts: readonly (readonly [end: number, tokens: number])[] = [
  [0x590, 0.6],
  [0x800, 0.8],
  [0xd800, 1],
  // Halves of emoji and rare signs.
  [0xe000, 1.5],
  [0x10000, 1],
];

function counted(text: string): TokenEstimate {
  let ascii = 0;
  let other = 0;
  let letters = 0;
  let wasLower = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isLetter(unit)) {
      const isLower = unit >= 0x61;
      if (letters === 0) ascii += word;
      else if (wasLower && !isLower) ascii += changeOfCase;
      else if (letters >= lettersOfOneToken) ascii += laterLetter;
      letters++;
      wasLower = isLower;
      continue;
    }
    letters = 0;
    wasLower = false;
    if (unit < endOfAscii) ascii += tokensOfAscii(unit);
    else other += tokensOfOther(unit);
  }
  return { ascii, other };
}

function isLetter(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
}

function tokensOfAscii(unit: number): number {
  if (unit <= 0x20) return space;
  return unit >= 0x30 && unit <= 0x39 ? digit : mark;
}

function tokensOfOther(unit: number): number {
  for (const [end, tokens] of scripts) if (unit < end) return tokens;
  return 1;
}
