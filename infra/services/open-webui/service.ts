import { bashProbe, probe } from "../../healthcheck.ts";
import { pulledImage } from "../../images/registry-images.ts";
import type { ServiceSpec } from "../../service.ts";
import type { Settings } from "../../settings/definitions.ts";
import { databaseUrl, endpoints, internalUrl, publishedPorts } from "../endpoints.ts";
import { hasProvider } from "../planner.ts";
import { embeddingDimension } from "../embeddings/service.ts";
import { withDatabase } from "../with-database.ts";
import { parsePageAddresses } from "./page-addresses.ts";
import { ragTemplate } from "./rag-template.ts";
import { smallModelSuggestions, suggestions } from "./suggestions.ts";

export function openWebui(settings: Settings, readText: (path: string) => string): ServiceSpec {
  return {
    name: "open-webui",
    summary: "the chat page",
    ...(settings.IMAGE_SOURCE === "registry" ? published(readText) : built),
    environment: {
      TZ: settings.TIMEZONE,
      HOME: "/tmp",
      ...folders,
      ...access(settings),
      ...models(settings),
      ...storage(settings),
    },
    command: serve(readText),
    ports: publishedPorts("open-webui", settings),
    // One path in both images: Open WebUI keeps absolute paths of uploaded files in its database.
    mounts: [{ volume: "data", path: folders.DATA_DIR, dataFormat: "open-webui" }],
    files: [],
    tmpfs: { "/tmp": "size=256m,mode=1777" },
    user: "10001:10001",
    memoryMegabytes: 2048,
    usualMegabytes: 400,
    stopGraceSeconds: 30,
    replacementSeconds: 10,
    dependsOn: ["postgres", "searxng", "litellm", "agent"],
    startsAfter: ["postgres"],
  };
}

const built = {
  image: { context: "infra/services/open-webui", dockerfile: "Dockerfile" },
  healthcheck: probe(endpoints["open-webui"], { startPeriodSeconds: 300 }),
} satisfies Partial<ServiceSpec>;

/** A small image of ours on top: the published one's data folder belongs to root, and it reads no PDF. */
function published(readText: (path: string) => string) {
  const { port, healthPath } = endpoints["open-webui"];
  return {
    image: {
      context: "infra/services/open-webui",
      dockerfile: "published/Dockerfile",
      from: pulledImage("open-webui").reference,
    },
    healthcheck: bashProbe(readText, { port, check: healthPath }, { startPeriodSeconds: 300 }),
  } satisfies Partial<ServiceSpec>;
}

/** As both images start it themselves, but behind `server/guarded.py`. */
function serve(readText: (path: string) => string): string[] {
  const port = String(endpoints["open-webui"].port);
  const program = withDatabase(readText, {
    variable: "DATABASE_URL",
    modules: ["open_webui.env", "alembic.command", "fastapi", "mcp", "langchain_core.callbacks"],
    command: [
      ...(["uvicorn", "--app-dir", "/opt/agent-stack", "guarded:app"] as const),
      ...["--host", "0.0.0.0", "--port", port, "--forwarded-allow-ips", "*"],
    ],
  });
  return ["python3", ...program];
}

/** Everything that it writes is here: the root is read-only. */
const folders = {
  DATA_DIR: "/data",
  // It copies its static files there at every start.
  STATIC_DIR: "/tmp/static",
  // The published image names a folder inside itself.
  TIKTOKEN_CACHE_DIR: "/tmp/tiktoken",
};

/** Who may sign in, and from which page; the administrator is made at the first start and is the user's to change. */
function access(settings: Settings): ServiceSpec["environment"] {
  const addresses = parsePageAddresses(settings.OPENWEBUI_ADDRESSES) ?? [];
  const main = addresses[0] ?? `http://localhost:${settings.OPENWEBUI_PORT}`;
  return {
    WEBUI_AUTH: "true",
    ENABLE_SIGNUP: "false",
    WEBUI_ADMIN_EMAIL: settings.WEBUI_ADMIN_EMAIL,
    WEBUI_ADMIN_PASSWORD: { secret: settings.WEBUI_ADMIN_PASSWORD },
    WEBUI_SECRET_KEY: { secret: settings.OPENWEBUI_SECRET },
    // Otherwise a model is the administrator's alone until it is edited in the page.
    BYPASS_MODEL_ACCESS_CONTROL: "true",
    WEBUI_URL: main,
    // It compares an exact list, which no forwarded port is in: server/own_addresses.py asks first, and
    // shows it each of its own pages as this one.
    CORS_ALLOW_ORIGIN: main,
    OPENWEBUI_ADDRESSES: addresses.join(","),
  };
}

/** Its one model is the agent, which has tools and its own memory. */
function models(settings: Settings): ServiceSpec["environment"] {
  return {
    ENABLE_OLLAMA_API: "false",
    OPENAI_API_BASE_URL: `${internalUrl("agent")}/v1`,
    OPENAI_API_KEY: { secret: settings.OPENWEBUI_AGENT_KEY },
    OPENAI_API_CONFIGS: JSON.stringify({ 0: { enable: true, headers: toldInHeaders } }),
    // The agent knows whom it speaks to; it believes these headers under this key alone.
    ENABLE_FORWARD_USER_INFO_HEADERS: "true",
    DEFAULT_MODELS: "planner",
    // Shown below its name; server/first_start.py gives it the name and the icon.
    DEFAULT_MODEL_METADATA: JSON.stringify({
      description: hasProvider(settings)
        ? "Searches the web and remembers what you tell it."
        : "A small local model, to try things out: its answers are often wrong.",
    }),
    // Without these a chat carries 28 of the page's tools and makes three more calls.
    DEFAULT_MODEL_PARAMS: JSON.stringify({ function_calling: "legacy" }),
    ENABLE_TITLE_GENERATION: "false",
    ENABLE_TAGS_GENERATION: "false",
    ENABLE_FOLLOW_UP_GENERATION: "false",
    RAG_TEMPLATE: ragTemplate,
    RAG_EMBEDDING_ENGINE: "openai",
    RAG_EMBEDDING_MODEL: "embed",
    RAG_OPENAI_API_BASE_URL: `${internalUrl("litellm")}/v1`,
    RAG_OPENAI_API_KEY: { secret: settings.LITELLM_MASTER_KEY },
    ENABLE_WEB_SEARCH: "true",
    WEB_SEARCH_ENGINE: "searxng",
    SEARXNG_QUERY_URL: `${internalUrl("searxng")}/search?q=<query>`,
    ENABLE_VERSION_UPDATE_CHECK: "false",
    // Its own are about websites and art for children.
    DEFAULT_PROMPT_SUGGESTIONS: JSON.stringify(
      hasProvider(settings) ? suggestions : smallModelSuggestions,
    ),
    WEBUI_BANNERS: JSON.stringify(hasProvider(settings) ? [] : [smallModelBanner]),
    // Everything it needs is inside the stack; it must not look for models to download.
    OFFLINE_MODE: "true",
  };
}

const toldInHeaders = {
  // A title needs neither tools nor a memory: the agent is told what is a task of the page's own.
  "X-Task": "{{TASK}}",
  // Where a turn is in the chat's tree: what an edit or another answer replaces is not recalled.
  "X-OpenWebUI-Message-Id": "{{MESSAGE_ID}}",
  "X-OpenWebUI-User-Message-Id": "{{USER_MESSAGE_ID}}",
  "X-OpenWebUI-User-Message-Parent-Id": "{{USER_MESSAGE_PARENT_ID}}",
};

/** Who chats has not seen what `up` says. Closed once, it stays closed in that browser. */
const smallModelBanner = {
  id: "small-model",
  type: "info",
  content:
    "Answers come from a small local model and are often wrong. An administrator can set a provider's key: " +
    "see the README.",
  dismissible: true,
  timestamp: 0,
};

function storage(settings: Settings): ServiceSpec["environment"] {
  return {
    DATABASE_URL: {
      secret: databaseUrl("openwebui", settings.OPENWEBUI_DB_PASSWORD),
    },
    VECTOR_DB: "pgvector",
    // Fixed at the first start: the column's width never changes afterwards.
    PGVECTOR_INITIALIZE_MAX_VECTOR_LENGTH: String(embeddingDimension),
    // What an administrator changes in the page stays; server/kept_settings.py adds what the stack needs.
    ENABLE_PERSISTENT_CONFIG: "true",
  };
}
