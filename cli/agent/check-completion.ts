import { z } from "zod";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { plannerKeySettings } from "../../infra/services/planner.ts";
import type { Settings } from "../../infra/settings/definitions.ts";
import { settingNames } from "../../infra/settings/parse.ts";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import type { EngineMachine } from "../docker/host/engine-machine.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { withoutSecrets } from "../output/without-secrets.ts";
import { secondsTaken } from "../output/duration.ts";

/** What the model behind `planner` answered. */
export interface Completion {
  readonly model: string;
  readonly text: string;
  readonly milliseconds: number;
}

const patienceMs = 120_000;

/** Room for a model that thinks before it answers: with 16 tokens it would never reach its answer. */
const answerTokens = 1024;

/**
 * Asks `planner` one short question through LiteLLM, as the agent would.
 *
 * @throws StackError with the provider's own words, without secrets, when no answer comes, and where
 *   the answer has no text; after Ctrl-C, that the stack is up all the same.
 */
export async function checkCompletion(
  desired: DesiredStack,
  settings: Settings,
  machine: Pick<EngineMachine, "reach">,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<Completion> {
  const tell = (status: "running" | "done", message: string): void => {
    report({ phase: "stack", subject: "planner", status, message });
  };
  tell("running", "asking it a question through LiteLLM");
  const began = Date.now();
  const address = await machine.reach(desired.addresses["litellm"] ?? "");
  const answer = await ask(address, settings.LITELLM_MASTER_KEY, signal);
  if (signal.aborted) throw interruptedError();
  if (answer.status !== 200) throw refusal(answer, settings);
  const { model, text, finishReason } = completionIn(answer, settings);
  if (text === "") throw withoutText(model, finishReason);
  const milliseconds = Date.now() - began;
  tell("done", `${model} answers in ${secondsTaken(milliseconds)}`);
  return { model, text, milliseconds };
}

const chatCompletion = z.object({
  model: z.string().default(""),
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish() }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
});

function completionIn(answer: Answer, settings: Settings) {
  const read = chatCompletion.safeParse(parsed(answer.body));
  const [first] = read.data?.choices ?? [];
  if (!read.success || !first) throw refusal(answer, settings);
  const text = first.message.content?.trim() ?? "";
  return {
    model: answer.model ?? read.data.model,
    text,
    finishReason: first.finish_reason ?? "unknown",
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function withoutText(model: string, finishReason: string): StackError {
  const length = finishReason === "length";
  return new StackError(`The model behind \`planner\` (${model}) answers without any text.`, {
    details: [`finish_reason: ${finishReason}, of at most ${answerTokens} tokens`],
    remedy: length
      ? "It uses up its tokens before it answers, as a model that thinks can: raise " +
        "PLANNER_MAX_TOKENS, turn its thinking off, or choose another PLANNER_MODEL."
      : "Choose another PLANNER_MODEL; ./stack logs litellm shows more.",
  });
}

/** Status 0: no answer at all, and `body` says why. */
interface Answer {
  readonly status: number;
  readonly body: string;
  /** The deployment that answered, as LiteLLM says beside the answer. */
  readonly model?: string | undefined;
}

function interruptedError(): StackError {
  return new StackError("Interrupted before the model behind `planner` answered.", {
    remedy: "The stack itself is up: ./stack status. Ask again: ./stack up --check-litellm",
    exitCode: exitCodes.interrupted,
  });
}

async function ask(address: string, key: string, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(`${address}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({
        model: "planner",
        messages: [{ role: "user", content: "Answer with one word: ready." }],
        max_tokens: answerTokens,
        // The question is whether the provider answers, not whether something else can.
        disable_fallbacks: true,
      }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const model = response.headers.get("x-litellm-model-name") ?? undefined;
    return { status: response.status, body: await response.text(), model };
  } catch (error) {
    return { status: 0, body: error instanceof Error ? error.message : String(error) };
  }
}

/** The error for an answer that is none: the provider's words, and what to do about its status. */
function refusal(answer: Answer, settings: Settings): StackError {
  const { status, body } = answer;
  const how = status === 0 ? "does not answer" : `answers with status ${status}`;
  return new StackError(`The model behind \`planner\` ${how}.`, {
    details: withoutSecrets(words(body), secretsOf(settings)),
    remedy: `${remedyFor(status)} The stack itself is up; ./stack logs litellm shows more.`,
  });
}

function remedyFor(status: number): string {
  switch (status) {
    case 401:
    case 403:
      return `Correct ${plannerKeySettings} in the stack's .env file, and run the command again.`;
    case 400:
    case 404:
      return "See whether PLANNER_MODEL and PLANNER_API_BASE name what the provider serves, and run the command again.";
    case 402:
    case 429:
      return "Look at the account's credit and limits, and at PLANNER_MAX_BUDGET and PLANNER_RPM.";
    default:
      return "See whether this machine reaches the provider (PLANNER_API_BASE), and run the command again.";
  }
}

/** The message of an OpenAI-style error, else the text as it came; cut, for it may be a web page. */
function words(body: string): string[] {
  const message = messageIn(body) ?? body;
  const lines = message.split("\n").map((line) => line.trim());
  return lines
    .filter((line) => line !== "")
    .map((line) => line.slice(0, 300))
    .slice(0, 10);
}

function messageIn(body: string): string | undefined {
  return z.object({ error: z.object({ message: z.string() }) }).safeParse(parsed(body)).data?.error
    .message;
}

function secretsOf(settings: Settings): string[] {
  const named = settingNames.map((name) => `${name}=${String(settings[name])}`);
  return [...named, ...Object.entries(settings.variables).map((pair) => pair.join("="))];
}
