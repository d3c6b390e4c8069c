import js from "@eslint/js";
import tseslint from "typescript-eslint";

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
      // Node's own environment is an edge: settings are parsed once and passed on.
      "no-restricted-properties": [
        "error",
        {
          object: "process",
          property: "env",
          message: "Read the environment in an entry point only, and pass it on as a value.",
        },
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
