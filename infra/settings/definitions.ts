import type { z } from "zod";
import { acceptedMirrors, parseMirrors } from "../images/registry-mirror.ts";
import { parsePageAddresses } from "../services/open-webui/page-addresses.ts";
import { agentSettings } from "./agent-settings.ts";
import {
  checkedText,
  choice,
  generatedSecret,
  integer,
  optionalSecret,
  port,
  text,
} from "./setting.ts";
import { projectName } from "../project-name.ts";

const names = { pattern: /^[a-z][a-z0-9-]{0,30}$/, accepts: "lower-case letters, digits and '-'" };
const number = { pattern: /^(\d+(\.\d+)?)?$/, accepts: "a number, or nothing" };
const duration = {
  pattern: /^(\d+(s|m|h|d|mo))?$/,
  accepts: "such as 30s, 1h, 1d, 1mo, or nothing",
};

/**
 * Every setting of the stack, once: parsing, `.env.template`, docs/configuration.md and the names in
 * Pulumi's configuration derive from this table.
 */
export const definitions = {
  STACK_PROJECT_NAME: text(
    "Stack",
    projectName,
    "Starts the name of every container, network and volume.",
    names,
  ),
  ADOPT_VOLUMES_OF: text(
    "Stack",
    "",
    "Take over the volumes of another clone's stack, whose settings file is lost: the owner's mark that " +
      "./stack up names when it finds them.",
    {
      pattern: /^([0-9a-f]{16})?$/,
      accepts: "an owner's mark of 16 hexadecimal digits, or nothing",
    },
  ),
  TIMEZONE: text("Stack", "UTC", "The time zone inside the containers, as in Europe/Paris."),
  IMAGE_SOURCE: choice(
    "Stack",
    ["", "registry", "build"],
    "",
    "Where images come from: the projects' own from a registry, or all built on this machine from " +
      "package registries. The first ./stack up decides it and writes it down.",
  ),
  LOG_LEVEL: choice(
    "Stack",
    ["debug", "info", "warn", "error"],
    "info",
    "How much the agent writes into its log.",
  ),

  OPENROUTER_API_KEY: optionalSecret(
    "Model provider",
    "A key of OpenRouter. With it, answers come from PLANNER_MODEL there; without any key, from a " +
      "tiny model on this machine.",
  ),
  PLANNER_MODEL: text(
    "Model provider",
    "",
    "The model behind `planner`, in LiteLLM's words (openrouter/openai/gpt-6-luna, " +
      "anthropic/claude-sonnet-5-5, openai/NAME with PLANNER_API_BASE). Empty: a good default for " +
      "the key that is set. docs/models.md has examples.",
  ),
  PLANNER_API_BASE: text(
    "Model provider",
    "",
    "The address of an OpenAI-compatible server for PLANNER_MODEL; one on this machine is " +
      "http://host.docker.internal:PORT. Empty: the provider's own.",
    { pattern: /^(https?:\/\/\S+)?$/, accepts: "an http or https address, or nothing" },
  ),
  PLANNER_API_KEY: optionalSecret(
    "Model provider",
    "The key for PLANNER_MODEL. Empty: OPENROUTER_API_KEY for a model of OpenRouter, and none for a " +
      "server of PLANNER_API_BASE that asks for no key.",
  ),
  FALLBACK_MODEL: text(
    "Model provider",
    "local",
    "What answers when the provider fails: `local` for the model on this machine, `none` for an error, " +
      "or another model in LiteLLM's words: with the address and key of PLANNER_MODEL where both are of one " +
      "provider, else with the same key.",
  ),
  LOCAL_MODEL: text(
    "Model provider",
    "unsloth/Qwen3-1.7B-GGUF:Q4_K_M",
    "The model that llama.cpp serves with IMAGE_SOURCE=registry, as REPOSITORY:QUANT of Hugging Face: " +
      "one GGUF file, fetched before the first start. With IMAGE_SOURCE=build it is the one in the image.",
    { pattern: /^[\w.-]+\/[\w.-]+(:[\w.-]+)?$/, accepts: "OWNER/NAME:QUANT" },
  ),
  HF_ENDPOINT: text(
    "Model provider",
    "https://huggingface.co",
    "The Hugging Face hub, or a mirror of it, that LOCAL_MODEL is fetched from.",
    { pattern: /^https?:\/\/\S+$/, accepts: "an http or https address" },
  ),
  HF_TOKEN: optionalSecret(
    "Model provider",
    "A token of Hugging Face, for a LOCAL_MODEL that is not public, and against its limits.",
  ),
  PLANNER_TEMPERATURE: text("Model provider", "", "Sampling temperature of `planner`.", number),
  PLANNER_MAX_TOKENS: text(
    "Model provider",
    "",
    "The longest answer of `planner`, in tokens.",
    number,
  ),
  PLANNER_RPM: text("Model provider", "", "Requests a minute that `planner` may serve.", number),
  PLANNER_MAX_BUDGET: text(
    "Model provider",
    "",
    "Dollars that `planner` may spend, by the prices that LiteLLM knows. Its count begins again when " +
      "LiteLLM starts again.",
    number,
  ),
  PLANNER_BUDGET_DURATION: text(
    "Model provider",
    "",
    "After how long PLANNER_MAX_BUDGET starts again. Empty: never.",
    duration,
  ),

  AGENT_PORT: port(8000, "The agent's HTTP API."),
  LITELLM_PORT: port(4000, "LiteLLM's OpenAI-compatible proxy."),
  QDRANT_PORT: port(6333, "Qdrant's REST API."),
  POSTGRES_PORT: port(5432, "PostgreSQL."),
  SEARXNG_PORT: port(8080, "SearXNG's search page and API."),
  PHOENIX_PORT: port(6006, "Phoenix, where traces are read."),
  OPENWEBUI_PORT: port(3000, "Open WebUI, the chat page."),

  OUTBOUND_PROXY: optionalSecret(
    "Network",
    "The proxy through which image builds, LiteLLM, SearXNG and ./stack itself reach the internet, at " +
      "an address that containers reach, too. Empty: builds and ./stack use HTTPS_PROXY and " +
      "HTTP_PROXY of the shell, services none.",
    {
      pattern: /^(https?:\/\/[^\s/]+\/?)?$/,
      accepts: "such as http://proxy.example:3128, or nothing",
    },
  ),
  OUTBOUND_NO_PROXY: text(
    "Network",
    "",
    "Hosts that are reached without OUTBOUND_PROXY, separated by commas; the stack's own always are.",
  ),
  OPENWEBUI_ADDRESSES: checkedText(
    "Network",
    "The addresses under which a reverse proxy shows Open WebUI, separated by commas; the first is the " +
      "one in its links. Empty: localhost and IP addresses, whatever the port, which need no setting.",
    {
      isValid: (text) => parsePageAddresses(text) !== undefined,
      accepts: "such as https://chat.example.com, without a path, or nothing",
    },
  ),
  COMPANY_CA_FILE: text(
    "Network",
    "",
    "A file of this machine with your company's root certificates in PEM form, for a proxy that " +
      "inspects TLS. Image builds, LiteLLM, SearXNG and ./stack trust them beside the public ones.",
  ),
  IMAGE_REGISTRY_MIRROR: checkedText(
    "Network",
    "Where published images are pulled from instead of their own registries, as REGISTRY=MIRROR " +
      "pairs; a MIRROR alone is for every other registry, whose name it puts before the path. " +
      "docs/networks.md has examples.",
    { isValid: (text) => parseMirrors(text) !== undefined, accepts: acceptedMirrors },
  ),
  PULUMI_RELEASES_URL: text(
    "Network",
    "",
    "Where Pulumi's engine and plugins are downloaded from instead of get.pulumi.com and GitHub: a " +
      "mirror of https://get.pulumi.com/releases, or none to build them. docs/operations.md says more.",
    { pattern: /^(none|https?:\/\/\S+)?$/, accepts: "the address of a mirror, none, or nothing" },
  ),

  WEBUI_ADMIN_EMAIL: text(
    "Access keys",
    "admin@localhost",
    "Who signs in to Open WebUI as its administrator; counts at its first start.",
    { pattern: /^\S+@\S+$/, accepts: "an e-mail address" },
  ),
  AGENT_API_KEYS: optionalSecret(
    "Access keys",
    "Keys that callers of the agent must send, separated by commas. Empty: open on loopback.",
  ),
  QDRANT_API_KEY: optionalSecret(
    "Access keys",
    "The key that callers of Qdrant must send. Empty: open on loopback.",
  ),

  POSTGRES_PASSWORD: generatedSecret("The password of PostgreSQL's superuser."),
  AGENT_DB_PASSWORD: generatedSecret("The password of the role `agent` on its own database."),
  PHOENIX_DB_PASSWORD: generatedSecret("The password of the role `phoenix` on its own database."),
  OPENWEBUI_DB_PASSWORD: generatedSecret(
    "The password of the role `openwebui` on its own database.",
  ),
  // LiteLLM takes only keys that start so.
  LITELLM_MASTER_KEY: generatedSecret("The key that callers of LiteLLM must send.", "sk-"),
  SEARXNG_SECRET: generatedSecret("Signs SearXNG's own links."),
  OPENWEBUI_SECRET: generatedSecret("Signs Open WebUI's sessions; a new one signs everybody out."),
  OPENWEBUI_AGENT_KEY: generatedSecret(
    "The key with which Open WebUI calls the agent; under it alone its user headers are believed.",
  ),
  WEBUI_ADMIN_PASSWORD: generatedSecret(
    "The password of WEBUI_ADMIN_EMAIL; counts at Open WebUI's first start.",
  ),
  STACK_RECORD_KEY: generatedSecret(
    "Keys the fingerprints that stand for secrets in the applied record, and marks the containers " +
      "that belong to this clone.",
  ),

  ...agentSettings,

  HEALTH_INTERVAL: integer(
    "Health",
    5,
    { min: 1, max: 300 },
    "Seconds between two health checks of a service. Shorter finds failures sooner and costs more.",
  ),
} as const;

export type SettingName = keyof typeof definitions;

/** The parsed settings, by the name of their environment variable. */
export type Settings = {
  readonly [Name in SettingName]: z.output<(typeof definitions)[Name]["schema"]>;
} & {
  /** What config.yaml reads by os.environ/NAME beside the settings: secrets, as far as the stack knows. */
  readonly variables: Readonly<Record<string, string>>;
};
