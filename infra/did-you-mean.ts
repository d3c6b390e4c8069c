import { closest, distance } from "fastest-levenshtein";

/** The one of `words` that is most like `word`; undefined where more than `letters` differ. */
export function nearestOf<Word extends string>(
  word: string,
  words: readonly Word[],
  letters: number,
): Word | undefined {
  const nearest = closest(word, words) as Word;
  return distance(word, nearest) <= letters ? nearest : undefined;
}

/** Ends a sentence on a word that nothing has; empty where no other is like it. */
export function didYouMean(word: string | undefined): string {
  return word === undefined ? "" : ` Did you mean ${word}?`;
}
