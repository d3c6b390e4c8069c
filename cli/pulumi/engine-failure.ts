import { StackError } from "../../infra/stack-error.ts";

/** The engine failed, and its own words are all that is known. */
export class EngineFailure extends StackError {}

/**
 * An error of the engine's in words that a user can act on. One that did not come from the engine stays
 * as it is.
 */
export function engineFailure(error: unknown): unknown {
  if (error instanceof StackError) return error;
  const text = wordsOf(error);
  for (const { pattern, error: inWords } of knownFailures) {
    const match = pattern.exec(text);
    if (match) return inWords(match.slice(1), error);
  }
  const said = errorLines(text);
  if (said.length === 0) return error;
  return new EngineFailure("Pulumi's engine stopped with an error.", {
    details: said,
    remedy: "Correct what it names, and run the command again; --debug shows all that it printed.",
    cause: error,
  });
}

/** A process that failed has its output beside the message; the Automation API has it in there. */
function wordsOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: unknown; message?: unknown };
  return [stderr, message].filter((part) => typeof part === "string").join("\n");
}

/** What the engine printed as errors, each once. */
function errorLines(text: string): string[] {
  const lines = text.split("\n").flatMap((line) => /^\s*error: (.+)/.exec(line)?.[1] ?? []);
  return [...new Set(lines)].slice(0, 8);
}

/** The state was encrypted with another passphrase. */
export function wrongPassphraseError(cause?: unknown): StackError {
  return new StackError("The stack's state was encrypted with another passphrase.", {
    remedy:
      "Put the right passphrase back into .stack/passphrase, or name its file in " +
      "PULUMI_CONFIG_PASSPHRASE_FILE. Where it is lost: docs/state.md.",
    cause,
  });
}

/** The state has not the form of one. */
export function damagedStateError(cause?: unknown): StackError {
  return new StackError("The stack's state file can't be read: it is damaged or cut short.", {
    remedy:
      "Get the last good copy back: in .stack/state/.pulumi/stacks/agent-stack/, copy " +
      "STACK.json.bak over STACK.json (older ones are in .stack/state/.pulumi/backups/).",
    cause,
  });
}

interface KnownFailure {
  readonly pattern: RegExp;
  readonly error: (found: readonly string[], cause: unknown) => StackError;
}

function known(pattern: RegExp, say: (...found: string[]) => string, remedy: string): KnownFailure {
  const error: KnownFailure["error"] = (found, cause) =>
    new StackError(say(...found), { remedy, cause });
  return { pattern, error };
}

const backend = "PULUMI_BACKEND_URL (without it, Pulumi.yaml)";

const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /incorrect passphrase|passphrase must be set|unable to find either `PULUMI_CONFIG/,
    error: (_, cause) => wrongPassphraseError(cause),
  },
  known(
    /the stack is currently locked by[\s\S]*?created by (\S+) \(pid (\d+)\)/,
    (owner, pid) => `Another update of this stack is running: process ${pid} of ${owner}.`,
    "Wait for it to end, or stop it, and run the command again.",
  ),
  known(
    /^killed by (SIG[A-Z]+)$/m,
    (signal) => `Pulumi's engine was killed (${signal}) in the middle of its work.`,
    "Run the command again: it repairs what was left half done. Where memory ran out, " +
      "./stack doctor shows it.",
  ),
  known(
    /could not (?:unmarshal|validate) '([^']*Pulumi\.yaml)': ([^\n]*)/,
    (file, why) => `${file} can't be used: ${why}.`,
    "Correct it there, or get it back with git checkout Pulumi.yaml.",
  ),
  known(
    /could not decrypt configuration values?: ([^\n]*)/,
    (why) => `A secret in Pulumi's configuration of the stack can't be decrypted: ${why}.`,
    "Set it again with ./stack pulumi config set --secret NAME, or remove it from the stack's " +
      "Pulumi.NAME.yaml.",
  ),
  known(
    /unable to open state directory "([^"]*)": [^\n]*no such file/,
    (folder) => `The folder of the state is missing: ${folder}.`,
    `${backend} names it: make the folder, mount its disk, or correct the address.`,
  ),
  known(
    /unable to open state directory "([^"]*)": [^\n]*is not a directory/,
    (folder) => `${folder} is not a folder, so no state can be in it.`,
    `${backend} names it: correct the address.`,
  ),
  known(
    /Invalid region|[Rr]egion was not a valid|MissingRegion|could not find region/,
    () => "The region of the bucket with the state is not set, or there is no such region.",
    "Set AWS_REGION, or write it into the address: PULUMI_BACKEND_URL=s3://BUCKET?region=REGION.",
  ),
  known(
    /get credentials|NoCredentialProviders|missing google credentials|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch/,
    () => "The bucket with the state refuses the login, or no login is set.",
    "Set the login of the cloud that PULUMI_BACKEND_URL names (AWS_ACCESS_KEY_ID and " +
      "AWS_SECRET_ACCESS_KEY for S3), and run the command again.",
  ),
  known(
    /PULUMI_ACCESS_TOKEN must be set|invalid access token|Unauthorized/i,
    () => "The state is looked for at Pulumi's service, which wants an access token.",
    "Set PULUMI_ACCESS_TOKEN, or PULUMI_BACKEND_URL to where the state is. If neither is meant, " +
      "get Pulumi.yaml back with git checkout: its backend keeps the state in .stack/state.",
  ),
  known(
    /performing HTTP request: [^\n]*?"([^"]*)": ([^\n]*)/,
    (address, why) => `The service with the state does not answer at ${address}: ${why}.`,
    "Check the network and PULUMI_BACKEND_URL, and run the command again.",
  ),
  known(
    /([^\s:"]+)"?: (?:no space left on device|disk quota exceeded)/,
    (path) => `There is no space left on the disk of ${path}.`,
    "Free some space (df -h shows the disks), and run the command again.",
  ),
  known(
    /([^\s:"]+)"?: read-only file system/,
    (path) => `${path} can't be written: its disk is mounted read-only.`,
    "Mount it writable, or run the command in a clone on another disk.",
  ),
  known(
    /error: [^\n]*?([^\s:"]*\/[^\s:"]*)"?: permission denied/,
    (path) => `Pulumi's engine may not use ${path}.`,
    "Check its owner and mode, and those of its folder, with ls -ld.",
  ),
  {
    pattern:
      /unexpected end of JSON input|invalid character .* (looking for|after|in)|failed to load checkpoint|could not deserialize|cannot unmarshal|unsupported checkpoint version/,
    error: (_, cause) => damagedStateError(cause),
  },
];
