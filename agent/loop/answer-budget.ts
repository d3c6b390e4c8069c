/** How much one run's model may still say. */
export interface Allowance {
  /** Gives back how many of these characters there is room for. */
  readonly take: (characters: number) => number;
  readonly close: () => void;
}

/** What all runs that go on may have of their models, so that memory is enough for all of them. */
export interface AnswerBudget {
  readonly open: (runCharacters: number) => Allowance;
}

/**
 * Half of it is divided: so much is there for every run, whatever the others do. The other half is for
 * whoever comes first.
 *
 * @param atOnce how many runs there may be.
 */
export function answerBudget(totalCharacters: number, atOnce: number): AnswerBudget {
  const own = Math.floor(totalCharacters / 2 / atOnce);
  let common = totalCharacters - own * atOnce;
  return {
    open: (runCharacters) => {
      let taken = 0;
      let borrowed = 0;
      return {
        take: (characters) => {
          const wanted = Math.min(characters, runCharacters - taken);
          const fromOwn = Math.min(wanted, Math.max(0, own - taken));
          const fromCommon = Math.min(wanted - fromOwn, common);
          common -= fromCommon;
          borrowed += fromCommon;
          taken += fromOwn + fromCommon;
          return fromOwn + fromCommon;
        },
        close: () => {
          common += borrowed;
          borrowed = 0;
        },
      };
    },
  };
}
