import js from "@eslint/js";
import tseslint from "typescript-eslint";

// Node's own environment is an edge: settings are parsed once and passed on.
const noEnvironment = {
  object: "process",
  property: "env",
  message: "Read the environment in an entry point only, and pass it on as a value.",
};

export default tseslint.config(
  { ignores: ["node_modules/", ".stack/", "backups/", "coverage/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Chai's assertions are expressions, and node:test-like sentences need no return.
      "@typescript-eslint/no-unused-expressions": "off",
      "no-restricted-properties": ["error", noEnvironment],
    },
  },
  {
    files: ["cli/commands/**"],
    rules: {
      "no-restricted-properties": [
        "error",
        noEnvironment,
        ...["stdin", "stdout", "stderr", "exit", "exitCode"].map((property) => ({
          object: "process",
          property,
          message: "Return a CommandResult: the frame in cli/command-line shows it, and ends.",
        })),
      ],
    },
  },
  {
    files: [
      "cli/main.ts",
      "cli/command-line/run-command-line.ts",
      "infra/index.ts",
      "agent/main.ts",
      "agent/maintenance.ts",
      "scripts/**",
      "docs/examples/**",
      "test/**",
    ],
    rules: { "no-restricted-properties": "off" },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", module: "writable" } },
  },
);
