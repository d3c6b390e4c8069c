import { textOf } from "../telemetry/openinference.ts";
import type { ClientTurn } from "./client-turn.ts";

/** A stored message of a client that names its messages. */
export interface NamedMessage {
  readonly id: string;
  readonly externalId: string;
  readonly externalParent: string | null;
  readonly isSuperseded: boolean;
  /** Where its words are in memory, or will be. */
  readonly words: string | null;
}

export interface Supersession {
  /** Ids of messages that the client's history no longer has. */
  readonly superseded: readonly string[];
  /** Of those that it has again. */
  readonly reinstated: readonly string[];
  /** Whether the turn's question is stored already, as where its answer is made again. */
  readonly isQuestionStored: boolean;
}

/**
 * What a turn changes: the client has gone back to another branch of its tree, or has changed a
 * message where it is.
 *
 * A message is superseded where it is below a branch that the client's history left, or where the
 * history should have its words and has not. What is beyond the history's beginning is left as it is: a
 * client may send the end of a long history only. So is what can't be placed, as where a turn in
 * between is not stored.
 */
export function supersession(stored: readonly NamedMessage[], turn: ClientTurn): Supersession {
  const parents = parentsOf(stored, turn);
  const words = new Words(stored, turn);
  const path = pathTo(turn.answer ?? turn.question, parents, words);
  const steps = new Map(path.map((id, index) => [id, index]));
  const isBelow = belowPath(new Set(path), parents);
  const judge = (message: NamedMessage) => {
    const fromEnd = steps.get(message.externalId);
    if (fromEnd !== undefined) return words.judge(message, fromEnd);
    return isBelow(message.externalId) ? "gone" : "unknown";
  };
  const judged = stored.map((message) => ({ message, is: judge(message) }));
  const idsOf = (is: ReturnType<typeof judge>, wasSuperseded: boolean) =>
    judged
      .filter((each) => each.is === is && each.message.isSuperseded === wasSuperseded)
      .map(({ message }) => message.id);
  return {
    superseded: idsOf("gone", false),
    reinstated: idsOf("there", true),
    isQuestionStored: stored.some(({ externalId }) => externalId === turn.question),
  };
}

type Parents = ReadonlyMap<string, string>;

/** What is stored counts before what this request says: a client that continues an answer may say less. */
function parentsOf(stored: readonly NamedMessage[], turn: ClientTurn): Parents {
  const parents = new Map<string, string>();
  if (turn.answer !== undefined) parents.set(turn.answer, turn.question);
  if (turn.parent !== undefined) parents.set(turn.question, turn.parent);
  for (const { externalId, externalParent } of stored) {
    if (externalParent !== null) parents.set(externalId, externalParent);
  }
  return parents;
}

/** From a message to the root of the tree, or as far as that is known; the message first. */
function pathTo(id: string, parents: Parents, words: Words): readonly string[] {
  const path = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !path.has(at);) {
    path.add(at);
    at = parents.get(at) ?? words.questionBefore(path.size - 1);
  }
  return [...path];
}

/** Tells of messages that are not on the path whether the way from them to the root meets it. */
function belowPath(onPath: ReadonlySet<string>, parents: Parents): (id: string) => boolean {
  const known = new Map([...onPath].map((id) => [id, true]));
  return (id) => {
    const climbed: string[] = [];
    let at: string | undefined = id;
    while (at !== undefined && !known.has(at)) {
      // For now, so that a circle ends.
      known.set(at, false);
      climbed.push(at);
      at = parents.get(at);
    }
    const meets = at !== undefined && known.get(at) === true;
    for (const each of climbed) known.set(each, meets);
    return meets;
  };
}

/** Whether the history that a client sent still has the words of a message on its path. */
class Words {
  /** What was said in each turn that was sent, the last one first. */
  readonly #turns: readonly (readonly string[])[];
  readonly #startsWithAnswer: boolean;
  readonly #stored: readonly NamedMessage[];

  constructor(stored: readonly NamedMessage[], { answer, question, history }: ClientTurn) {
    this.#startsWithAnswer = answer !== undefined;
    this.#stored = stored;
    const turns: string[][] = [];
    for (const { role, content } of history) {
      if (role === "user") turns.unshift([]);
      turns[0]?.push(plain(textOf(content)));
    }
    const known = stored.find(({ externalId }) => externalId === question)?.words;
    const isAsked = (turn: readonly string[]) => turn[0]?.includes(plain(known ?? "")) ?? false;
    const [last = [], before = [], ...earlier] = turns;
    // Asked to make an answer again in another way, Open WebUI adds that wish as a user's message.
    const hasWish = known != null && !isAsked(last) && isAsked(before);
    this.#turns = hasWish ? [[...before, ...last], ...earlier] : turns;
  }

  /**
   * The question of an answer that is not stored, as where somebody saved an answer in words of theirs:
   * the one stored question that has the words. Undefined where that is none, or more than one.
   */
  questionBefore(steps: number): string | undefined {
    if (this.#isQuestion(steps)) return undefined;
    const asked = this.#turnOf(steps)?.[0];
    const found = this.#stored.filter(({ words }) => words !== null && plain(words) === asked);
    const [only, ...others] = new Set(found.map(({ externalId }) => externalId));
    return others.length === 0 ? only : undefined;
  }

  #isQuestion(steps: number): boolean {
    return (steps % 2 === 0) !== this.#startsWithAnswer;
  }

  #turnOf(steps: number): readonly string[] | undefined {
    return this.#turns[Math.floor((this.#startsWithAnswer ? steps : steps + 1) / 2)];
  }

  /** @param steps from the end of the path: an answer, its question, the answer before that, … */
  judge({ words }: NamedMessage, steps: number): "there" | "gone" | "unknown" {
    // What is not words has no other version.
    if (words === null) return "there";
    const turn = this.#turnOf(steps);
    if (turn === undefined) return "unknown";
    return turn.some((text) => text.includes(plain(words))) ? "there" : "gone";
  }
}

/** Clients trim what they keep. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
