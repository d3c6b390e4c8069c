import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc.js";

// The engine wraps a secret as an object with this signature, and a value that it passes on with its
// dependencies as one with the other.
const outputValueSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

interface Wrapped {
  readonly value?: unknown;
  readonly secret?: boolean;
}

/** The plain value, at any depth. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (wrapperOf(value)) return plain((value as Wrapped).value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

/** Whether any part of a value is secret. */
export function hasSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecret);
  if (!isObject(value)) return false;
  const wrapper = wrapperOf(value);
  if (wrapper === "secret" || (wrapper === "output" && (value as Wrapped).secret)) return true;
  return Object.values(value).some(hasSecret);
}

/** The engine encrypts this in its state and masks it wherever it shows it. */
export function secret(value: string): Readonly<Record<string, string>> {
  return { [specialSigKey]: specialSecretSig, value };
}

function wrapperOf(value: object): "secret" | "output" | undefined {
  const signature = (value as Readonly<Record<string, unknown>>)[specialSigKey];
  if (signature === specialSecretSig) return "secret";
  return signature === outputValueSignature ? "output" : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
