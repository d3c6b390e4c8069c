import type { ModelDelta } from "../ports/model-chunk.ts";
import { GrowingText } from "./growing-text.ts";
import type { ProviderState } from "./provider-state.ts";

/** Part of a block of reasoning, whose words come in pieces. */
type Block = Readonly<Record<string, unknown>>;

/** More than any turn has; what a server sends beyond them is dropped. */
const mostBlocks = 1000;
/** In Claude's blocks and OpenRouter's details, what is said piece by piece. */
const wordFields: ReadonlySet<string> = new Set(["thinking", "text", "summary"]);

/** Puts together what a provider adds to a message, from the deltas that it is streamed in. */
export class StateBuilder {
  readonly #content = new GrowingText();
  readonly #named = new GrowingText();
  readonly #thinking = new BlockList();
  readonly #details = new BlockList();
  readonly #items: unknown[] = [];
  #fields: Record<string, unknown> | undefined;

  add(delta: ModelDelta): void {
    if (typeof delta.reasoning_content === "string") this.#content.add(delta.reasoning_content);
    else if (typeof delta.reasoning === "string") this.#named.add(delta.reasoning);
    for (const block of blocksIn(delta.thinking_blocks)) this.#thinking.add(block);
    for (const block of blocksIn(delta.reasoning_details)) this.#details.add(block);
    // Each is sent whole, at the end of the answer.
    for (const item of blocksIn(delta.reasoning_items)) {
      if (this.#items.length < mostBlocks) this.#items.push(item);
    }
    // LiteLLM sends a list again with each of its entries: the last is the whole.
    const fields = delta.provider_specific_fields as Block | undefined;
    if (fields) this.#fields = { ...this.#fields, ...fields };
  }

  /** The words of the reasoning, to be shown. */
  words(): string {
    return this.#content.toString() || this.#named.toString();
  }

  build(): ProviderState {
    const content = this.#content.toString();
    const named = this.#named.toString();
    const thinking = this.#thinking.build().map(withoutIndex);
    const details = this.#details.build();
    return {
      // An empty one some providers refuse, even where they have sent it themselves.
      ...(content !== "" && { reasoning_content: content }),
      ...(content === "" && named !== "" && { reasoning: named }),
      ...(thinking.length > 0 && { thinking_blocks: thinking }),
      ...(this.#items.length > 0 && { reasoning_items: [...this.#items] }),
      ...(details.length > 0 && { reasoning_details: details }),
      ...(this.#fields && { provider_specific_fields: this.#fields }),
    };
  }
}

/**
 * Blocks of which each comes in parts: its words piece by piece, its signature at the end. A part with
 * another type or index, or one that comes after the signature, begins the next block.
 */
class BlockList {
  readonly #blocks: { fields: Record<string, unknown>; words: Map<string, GrowingText> }[] = [];

  add(part: Block): void {
    const last = this.#blocks.at(-1);
    const goesOn = last !== undefined && isSameBlock(last.fields, part);
    if (!goesOn && this.#blocks.length === mostBlocks) return;
    const block = goesOn ? last : { fields: {}, words: new Map<string, GrowingText>() };
    if (!goesOn) this.#blocks.push(block);
    for (const [name, value] of Object.entries(part)) {
      if (value === null || value === undefined) continue;
      if (typeof value !== "string" || !wordFields.has(name)) {
        block.fields[name] = value;
        continue;
      }
      const words = block.words.get(name) ?? new GrowingText();
      words.add(value);
      block.words.set(name, words);
    }
  }

  build(): readonly Block[] {
    return this.#blocks.map(({ fields, words }) => ({
      ...fields,
      ...Object.fromEntries([...words].map(([name, text]) => [name, text.toString()])),
    }));
  }
}

/** LiteLLM numbers the blocks of a stream; Claude's API knows no such field. */
function withoutIndex(block: Block): Block {
  return Object.fromEntries(Object.entries(block).filter(([name]) => name !== "index"));
}

function isSameBlock(block: Block, part: Block): boolean {
  const isClosed = Boolean(block["signature"]) || "data" in block || "data" in part;
  return !isClosed && block["type"] === part["type"] && block["index"] === part["index"];
}

const none: readonly Block[] = [];

function blocksIn(value: unknown): readonly Block[] {
  return Array.isArray(value) ? (value as readonly Block[]) : none;
}
