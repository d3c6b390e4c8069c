import { parse } from "yaml";
import { z } from "zod";
import { StackError } from "../../stack-error.ts";
import { loopbackProblem } from "../loopback-problem.ts";

/** The operator's file, from the repository's root. */
export const configPath = "infra/services/litellm/config.yaml";

/** Models that the stack itself calls. */
const ownModels = ["planner", "embed"];

/** What LiteLLM reads is YAML 1.1: `on` is true, and `<<` merges. */
export const yamlDialect = { version: "1.1" } as const;

/** A section with every line commented out is null. */
const section = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? undefined);

const configSchema = z.looseObject({
  model_list: z.array(
    z.looseObject({ model_name: z.string(), litellm_params: section, model_info: section }),
  ),
  router_settings: section,
  litellm_settings: section,
  general_settings: section,
  environment_variables: section,
});

export type Config = z.infer<typeof configSchema>;
export type Deployment = Config["model_list"][number];

/**
 * @throws StackError where LiteLLM would not start with the file, or the stack would not reach its
 *   models through it.
 */
export function readConfig(text: string): Config {
  let value: unknown;
  try {
    value = parse(text, yamlDialect);
  } catch (error) {
    throw configError(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw configError(`${where === "" ? "the file" : where}: ${issue?.message ?? ""}`);
  }
  const config = parsed.data;
  requireOwnModels(config);
  requireOwnKey(config);
  requireOneFile(config);
  requireReachable(config);
  return config;
}

/** Where they are missing LiteLLM starts, and every answer fails. */
function requireOwnModels({ model_list: models, router_settings: router }: Config): void {
  const aliases = router?.["model_group_alias"];
  const names = [
    ...models.map(({ model_name: name }) => name),
    ...(typeof aliases === "object" && aliases !== null ? Object.keys(aliases) : []),
  ];
  const missing = ownModels.filter((name) => !names.includes(name) && !names.includes("*"));
  if (missing.length === 0) return;
  throw configError(
    `model_list has no model_name ${missing.join(" and no ")}, which the stack calls`,
  );
}

/** The agent and Open WebUI send LITELLM_MASTER_KEY; another key would refuse them. */
function requireOwnKey({ general_settings: general }: Config): void {
  const key = general?.["master_key"];
  if (key === undefined || key === null || key === "os.environ/LITELLM_MASTER_KEY") return;
  throw new StackError(
    `${configPath} sets its own master_key, which the stack's services don't have.`,
    {
      remedy:
        "Write master_key: os.environ/LITELLM_MASTER_KEY there, and the key into LITELLM_MASTER_KEY in .env.",
    },
  );
}

/** Its container has this one file. */
function requireOneFile(config: Config): void {
  if (config["include"] === undefined || config["include"] === null) return;
  throw new StackError(`${configPath} includes other files, which LiteLLM's container lacks.`, {
    remedy: "Copy what they say into config.yaml, and remove include.",
  });
}

function requireReachable({ model_list: models }: Config): void {
  for (const { model_name: name, litellm_params: params } of models) {
    const base = params?.["api_base"] ?? params?.["base_url"];
    const problem = typeof base === "string" && loopbackProblem(`api_base of ${name}`, base);
    if (problem) throw configError(problem);
  }
}

function configError(message: string, cause?: unknown): StackError {
  return new StackError(`${configPath} can't be used: ${message}`, {
    remedy: `Correct the file, or restore it with: git checkout ${configPath}`,
    cause,
  });
}
