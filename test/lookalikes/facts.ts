import type { RegistryImageName } from "../../infra/images/registry-images.ts";

/**
 * What a published image is known to be, from its Dockerfile, entry point and release notes (November
 * 2026). The one place for it: the look-alikes are held to this table, and so are the specifications of
 * services that run from the originals.
 */
export interface ImageFacts {
  /** The user of the image itself, as `docker inspect` shows it; "" is root. */
  readonly user: string;
  /** The users that the image works as: "uid:gid", or any. */
  readonly runsAs: readonly string[] | "any";
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
  readonly workingDirectory: string;
  /** A container without a mount there gets an anonymous volume for each of them. */
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  /** Where it isn't SIGTERM. */
  readonly stopSignal?: string;
  /** The image's own, after its first word (CMD or CMD-SHELL). */
  readonly healthcheck?: readonly string[];
  /** Those of its variables that decide how it behaves. */
  readonly environment: Readonly<Record<string, string>>;
  readonly paths: Readonly<Record<string, PathFacts>>;
  /** On PATH, or by their whole path. */
  readonly programs: readonly string[];
  /** What others of these images have and this one lacks; no test may count on it. */
  readonly missingPrograms: readonly string[];
}

export interface PathFacts {
  /** "uid:gid". */
  readonly owner: string;
  /** Four octal digits. */
  readonly mode: string;
}

const python = ["python", "python3", "python3.11", "pip"];

export const imageFacts: Readonly<Record<RegistryImageName, ImageFacts>> = {
  postgres: {
    user: "",
    // As root it drops to 999 by itself, which takes capabilities.
    runsAs: ["0:0", "999:999"],
    entrypoint: ["docker-entrypoint.sh"],
    command: ["postgres"],
    workingDirectory: "",
    volumes: ["/var/lib/postgresql"],
    ports: ["5432/tcp"],
    stopSignal: "SIGINT",
    environment: { PGDATA: "/var/lib/postgresql/18/docker", PG_MAJOR: "18", LANG: "en_US.utf8" },
    paths: {
      "/var/lib/postgresql": { owner: "999:999", mode: "1777" },
      // libpq's default socket directory, and the server's.
      "/var/run/postgresql": { owner: "999:999", mode: "3777" },
      "/docker-entrypoint-initdb.d": { owner: "0:0", mode: "0755" },
    },
    programs: [
      ...["sh", "bash", "gosu", "perl"],
      ...["postgres", "initdb", "pg_ctl", "/usr/lib/postgresql/18/bin/pg_ctl"],
      ...["psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_isready"],
      ...["/usr/bin/psql", "/usr/bin/pg_dump", "/usr/bin/pg_restore", "/usr/bin/pg_isready"],
    ],
    missingPrograms: [...python, "curl", "wget"],
  },
  qdrant: {
    user: "1000:1000",
    runsAs: ["1000:1000"],
    entrypoint: null,
    // Traps SIGTERM and ends at once, before Qdrant does.
    command: ["./entrypoint.sh"],
    workingDirectory: "/qdrant",
    volumes: [],
    ports: ["6333/tcp", "6334/tcp"],
    environment: { RUN_MODE: "production" },
    paths: {
      "/qdrant": { owner: "1000:1000", mode: "0755" },
      "/qdrant/storage": { owner: "1000:1000", mode: "0755" },
      "/qdrant/snapshots": { owner: "1000:1000", mode: "0755" },
    },
    programs: ["sh", "bash", "head", "grep", "/qdrant/qdrant", "/qdrant/entrypoint.sh"],
    missingPrograms: [...python, "curl", "wget"],
  },
  model: {
    user: "",
    runsAs: "any",
    entrypoint: ["/app/llama-server"],
    command: null,
    workingDirectory: "/app",
    volumes: [],
    ports: [],
    // On 8080, whatever --port says.
    healthcheck: ["curl", "-f", "http://localhost:8080/health"],
    environment: { LLAMA_ARG_HOST: "0.0.0.0" },
    paths: { "/var/tmp": { owner: "0:0", mode: "1777" }, "/app": { owner: "0:0", mode: "0755" } },
    programs: ["sh", "bash", "curl", "/app/llama-server"],
    missingPrograms: [...python, "wget"],
  },
  phoenix: {
    user: "65532",
    runsAs: "any",
    entrypoint: ["/usr/bin/python3"],
    command: ["-m", "phoenix.server.main", "serve"],
    workingDirectory: "/phoenix",
    volumes: [],
    ports: ["4317/tcp", "6006/tcp", "9090/tcp"],
    environment: { PYTHONPATH: "/phoenix/env" },
    paths: {
      // Where it writes unless PHOENIX_WORKING_DIR says otherwise.
      "/home/nonroot": { owner: "65532:65532", mode: "0700" },
      "/tmp": { owner: "0:0", mode: "1777" },
    },
    programs: ["/usr/bin/python3"],
    missingPrograms: ["sh", "bash", "ls", "cat", "env", "curl", "wget", "pip"],
  },
  searxng: {
    // The account is 977; the entry point works as root too.
    user: "",
    runsAs: ["0:0", "977:977"],
    entrypoint: ["/usr/local/searxng/entrypoint.sh"],
    command: null,
    workingDirectory: "/usr/local/searxng",
    volumes: ["/etc/searxng", "/var/cache/searxng"],
    ports: ["8080/tcp"],
    environment: {
      SEARXNG_SETTINGS_PATH: "/etc/searxng/settings.yml",
      GRANIAN_HOST: "::",
      GRANIAN_PORT: "8080",
    },
    paths: {
      "/etc/searxng": { owner: "977:977", mode: "0755" },
      "/var/cache/searxng": { owner: "977:977", mode: "0755" },
      "/usr/local/searxng/searx": { owner: "977:977", mode: "0755" },
    },
    programs: ["sh", "ash", "busybox", "wget", "python3", "/usr/local/searxng/.venv/bin/granian"],
    missingPrograms: ["bash", "curl", "apt-get"],
  },
  litellm: {
    user: "",
    runsAs: "any",
    // From its working directory.
    entrypoint: ["docker/prod_entrypoint.sh"],
    command: ["--port", "4000"],
    workingDirectory: "/app",
    volumes: [],
    ports: ["4000/tcp"],
    environment: {},
    paths: { "/app/docker": { owner: "0:0", mode: "0755" } },
    programs: ["sh", "python3", "litellm", "/app/.venv/bin/python3", "/app/.venv/bin/litellm"],
    missingPrograms: ["curl", "wget"],
  },
  "open-webui": {
    user: "0:0",
    // No other can write /app/backend/data as the image has it.
    runsAs: ["0:0"],
    entrypoint: null,
    command: ["bash", "start.sh"],
    workingDirectory: "/app/backend",
    volumes: [],
    ports: ["8080/tcp"],
    healthcheck: [
      "curl --silent --fail http://localhost:${PORT:-8080}/health | jq -ne 'input.status == true' || exit 1",
    ],
    environment: { PORT: "8080", ENV: "prod", WEBUI_SECRET_KEY: "", HOME: "/root" },
    paths: {
      "/app/backend/data": { owner: "0:0", mode: "0755" },
      // Rewritten at every start.
      "/app/backend/open_webui/static": { owner: "0:0", mode: "0775" },
    },
    programs: ["sh", "bash", "python3", "curl", "jq", "/app/backend/start.sh"],
    missingPrograms: ["wget"],
  },
  base: {
    user: "",
    runsAs: "any",
    entrypoint: null,
    command: ["bash"],
    workingDirectory: "",
    volumes: [],
    ports: [],
    environment: {},
    paths: { "/tmp": { owner: "0:0", mode: "1777" }, "/root": { owner: "0:0", mode: "0700" } },
    programs: ["sh", "bash", "apt-get", "dpkg", "useradd", "install"],
    missingPrograms: [...python, "curl", "wget", "update-ca-certificates", "openssl"],
  },
};
