import type { GoodStack } from "../../cli/history/good-stack.ts";
import { desiredWith } from "./desired.ts";

/** A remembered stack with `settings`, as it is in its file. */
export function goodStack(at: string, settings: Readonly<Record<string, string>> = {}): GoodStack {
  const { identity, specs, containers, record, answers, addresses, healthPages, images } =
    desiredWith(settings);
  const stack = { identity, specs, containers, record, answers, addresses, healthPages };
  const started = [...images.services.keys()].map((name) => [name, `sha256:${name}`]);
  const good = {
    format: 2,
    at,
    commit: "abc1234",
    stack,
    images: Object.fromEntries(started) as Record<string, string>,
    broughtBack: false,
  };
  return JSON.parse(JSON.stringify(good)) as GoodStack;
}
