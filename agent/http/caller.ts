import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { ApiError } from "../errors/api-error.ts";
import type { ConversationKey } from "../runs/run-record.ts";

/** Who may call, as the settings say. */
export interface AccessRules {
  readonly apiKeys: readonly string[];
  /** The key under which a caller's user and chat headers are believed. */
  readonly trustedKey: string | undefined;
  /** Host headers of callers without a key: a page of another site cannot forge one of these. */
  readonly allowedHosts: readonly string[];
}

export interface Caller {
  /** Stands for the key in records, and is not the key. */
  readonly principal: string;
  readonly trusted: boolean;
}

/** @throws ApiError 401 without a good key, 403 where a keyless call comes for another host. */
export function identify(request: FastifyRequest, rules: AccessRules): Caller {
  const key = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (key !== undefined && rules.trustedKey !== undefined && equal(key, rules.trustedKey)) {
    return { principal: principalOf(key), trusted: true };
  }
  if (rules.apiKeys.length > 0) {
    // Every key is compared, so that the time taken tells nothing about which was nearly right.
    const good = rules.apiKeys.filter((known) => equal(key ?? "", known)).length > 0;
    if (key === undefined || !good) throw refused(key);
    return { principal: principalOf(key), trusted: false };
  }
  const host = hostName(request.headers.host ?? "");
  if (!rules.allowedHosts.includes(host)) {
    throw new ApiError(403, `Calls for the host "${host}" need a key: set AGENT_API_KEYS.`, {
      code: "host_not_allowed",
    });
  }
  return { principal: "anonymous", trusted: false };
}

function refused(key: string | undefined): ApiError {
  const message = key === undefined ? "An API key is needed." : "The API key is wrong.";
  return new ApiError(401, message, { code: "invalid_api_key" });
}

/** Hashes have one length, which timingSafeEqual wants and which tells nothing of the key's own. */
function equal(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function principalOf(key: string): string {
  return `key-${digest(key).toString("hex").slice(0, 16)}`;
}

function hostName(header: string): string {
  return header.replace(/:\d+$/, "").toLowerCase();
}

/** Whose conversation it is: a trusted client's user, else the one that the body names, else the key's. */
export function userOf(
  request: FastifyRequest,
  caller: Caller,
  named: string | null | undefined,
): string {
  const header = trustedHeader(request, caller, "x-openwebui-user-id");
  if (header !== undefined) return looksLikeAnother.test(header) ? hashed(header) : header;
  return named ? `${caller.principal}/${bounded(named, 200)}` : caller.principal;
}

/** What a trusted client must not call a user: a key's own mark, or a user whom a key's requests name. */
const looksLikeAnother = /\/|^(anonymous|key-[0-9a-f]{16})$/;

export function conversationKey(
  request: FastifyRequest,
  caller: Caller,
  named: string | null | undefined,
): ConversationKey | undefined {
  const id = named ?? headerOf(request, "x-conversation-id");
  if (id !== undefined) {
    if (!uuidPattern.test(id)) {
      throw new ApiError(400, "A conversation's id is a UUID.", { param: "conversation_id" });
    }
    return { id: id.toLowerCase() };
  }
  const externalId = trustedHeader(request, caller, "x-openwebui-chat-id");
  return externalId === undefined ? undefined : { externalId };
}

export const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A header that counts under the trusted key alone. */
export function trustedHeader(
  request: FastifyRequest,
  caller: Caller,
  name: string,
): string | undefined {
  return caller.trusted ? headerOf(request, name) : undefined;
}

/** A chat's name as it is in a header, so that it is found under the same one. */
export function chatNamed(id: string): string {
  return bounded(id, 256);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? bounded(value, 256) : undefined;
}

/** The text, or its hash where it is too long or can't be stored as it is: no two may become one. */
function bounded(text: string, length: number): string {
  const isStorable = text.isWellFormed() && !text.includes("\0") && !text.startsWith(hashMark);
  return isStorable && text.length <= length ? text : hashed(text);
}

const hashMark = "sha256-";

/** JSON has its own spelling for each half of a surrogate pair. */
function hashed(text: string): string {
  return `${hashMark}${digest(JSON.stringify(text)).toString("hex")}`;
}
