import { z } from "zod";

/** One setting of the stack: everything that parsing, `.env.template` and the docs need to know. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly group: SettingGroup;
  /** One or two sentences for `.env.template` and docs/configuration.md. */
  readonly description: string;
  /** Reads the text of an environment variable; the empty text means "not set". */
  readonly schema: Schema;
  /** The text that stands in when nobody set it; undefined where a value must be given. */
  readonly fallback: string | undefined;
  /** Never printed, and encrypted in the state. */
  readonly secret: boolean;
  /** How many random bytes `up` writes into a new `.env` for it; undefined where it makes none. */
  readonly generatedBytes?: number;
  /** What a generated value starts with, where a service takes no other. */
  readonly generatedPrefix?: string;
  /** What values are allowed, in words, for errors and docs. */
  readonly accepts: string;
}

export type SettingGroup =
  | "Stack"
  | "Model provider"
  | "Ports"
  | "Network"
  | "Access keys"
  | "Generated secrets"
  | "Agent"
  | "Health";

export function text(
  group: SettingGroup,
  fallback: string,
  description: string,
  rule?: { pattern: RegExp; accepts: string },
): Setting<z.ZodString> {
  const schema = rule ? z.string().regex(rule.pattern) : z.string();
  const accepts = rule?.accepts ?? "any text";
  return { group, description, schema, fallback, secret: false, accepts };
}

/** A text whose form a function knows better than a pattern. */
export function checkedText(
  group: SettingGroup,
  description: string,
  rule: { isValid: (text: string) => boolean; accepts: string },
): Setting<z.ZodString> {
  const { isValid, accepts } = rule;
  const schema = z.string().refine(isValid);
  return { group, description, schema, fallback: "", secret: false, accepts };
}

export function choice<const Choices extends readonly [string, ...string[]]>(
  group: SettingGroup,
  choices: Choices,
  fallback: Choices[number],
  description: string,
): Setting<z.ZodEnum<{ [C in Choices[number]]: C }>> {
  const schema = z.enum(choices) as unknown as z.ZodEnum<{ [C in Choices[number]]: C }>;
  return {
    group,
    description,
    schema,
    fallback,
    secret: false,
    accepts: choices.filter((word) => word !== "").join(" or "),
  };
}

type WholeNumber = z.ZodType<number, string>;

/** Decimal digits only: `Number` would also take 0x50, 1e4 and a space. */
function wholeNumber({ min, max }: { min: number; max: number }): WholeNumber {
  return z.string().regex(/^\d+$/).transform(Number).pipe(z.number().int().min(min).max(max));
}

export function integer(
  group: SettingGroup,
  fallback: number,
  range: { min: number; max: number },
  description: string,
): Setting<WholeNumber> {
  return {
    group,
    description,
    schema: wholeNumber(range),
    fallback: String(fallback),
    secret: false,
    accepts: `a whole number from ${range.min} to ${range.max}`,
  };
}

/** A port on this machine's loopback interface. */
export function port(fallback: number, description: string): Setting<WholeNumber> {
  return integer("Ports", fallback, { min: 1, max: 65_535 }, description);
}

/** A secret that the user may set and that stays empty otherwise. */
export function optionalSecret(
  group: SettingGroup,
  description: string,
  rule?: { pattern: RegExp; accepts: string },
): Setting<z.ZodString> {
  return {
    group,
    description,
    // A header carries it: anything else is sent as other bytes, or refused by the client.
    schema: z.string().regex(rule?.pattern ?? /^[\x20-\x7e]*$/),
    fallback: "",
    secret: true,
    accepts: rule?.accepts ?? "printable ASCII characters, or nothing",
  };
}

/** A secret that the first `up` generates, so that no two stacks share one. */
export function generatedSecret(description: string, generatedPrefix = ""): Setting<z.ZodString> {
  return {
    group: "Generated secrets",
    description,
    // Letters, digits and a few marks: it is in connection URLs and shell-read files unescaped.
    schema: z.string().regex(/^[A-Za-z0-9._~-]{12,}$/),
    fallback: undefined,
    secret: true,
    generatedBytes: 24,
    generatedPrefix,
    accepts: "12 or more letters, digits, '.', '_', '~' or '-'",
  };
}
