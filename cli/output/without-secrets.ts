import { definitions } from "../../infra/settings/definitions.ts";

/** Names whose values are secrets, in containers' environments as well as in settings. */
const secretName = /(PASSWORD|SECRET|TOKEN|API_KEYS?|MASTER_KEY|_KEY|DATABASE_URL)$/;

export function isSecretName(name: string): boolean {
  const definition =
    name in definitions ? definitions[name as keyof typeof definitions] : undefined;
  return definition?.secret ?? secretName.test(name);
}

/**
 * A copy of `value` in which no text holds a secret of `environment` ("NAME=value" entries).
 *
 * Passwords inside URLs count too, for a log line may quote one without the URL around it.
 */
export function withoutSecrets<T>(value: T, environment: readonly string[]): T {
  const secrets = environment.flatMap((entry) => {
    const [name = "", ...rest] = entry.split("=");
    return isSecretName(name) ? secretParts(rest.join("=")) : [];
  });
  const longestFirst = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  return mapTexts(value, (text) =>
    longestFirst.reduce((result, secret) => result.replaceAll(secret, "[secret]"), text),
  ) as T;
}

function secretParts(value: string): string[] {
  const password = /^[a-z]+:\/\/[^:@/]*:([^@/]+)@/.exec(value)?.[1];
  // Shorter texts ("none") would be taken out of the middle of ordinary words.
  return [value, ...(password ? [password] : [])].filter((part) => part.length >= 8);
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]),
    );
  }
  return value;
}
