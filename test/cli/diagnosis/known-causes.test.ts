import { expect } from "chai";
import { knownCauses, recognisers } from "../../../cli/diagnosis/known-causes.ts";
import type { Symptoms } from "../../../cli/diagnosis/symptoms.ts";
import { symptoms } from "../../support/symptoms.ts";

/** Each text as the part in question really writes it. */
const seen: readonly (readonly [string, Partial<Symptoms>, RegExp])[] = [
  ["out-of-memory", { outOfMemory: true, running: false, exitCode: 137 }, /memoryMegabytes/],
  [
    "port-taken",
    {
      running: false,
      exitCode: 128,
      startError:
        "driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:4000 failed: port is already allocated",
    },
    /LITELLM_PORT/,
  ],
  [
    "command-missing",
    {
      running: false,
      exitCode: 127,
      startError:
        'OCI runtime create failed: runc create failed: unable to start container process: exec: "litelm": executable file not found in $PATH: unknown',
    },
    /infra\/services\/litellm/,
  ],
  [
    "probe-tool-missing",
    {
      healthLog: [
        {
          exitCode: -1,
          output:
            'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
        },
      ],
    },
    /health check/,
  ],
  [
    "probe-tool-missing",
    { healthLog: [{ exitCode: 127, output: "/bin/sh: 1: wget: not found" }] },
    /health check/,
  ],
  ["paused", { paused: true }, /docker unpause/],
  [
    "health-check-timeout",
    { healthLog: [{ exitCode: 1, output: "/readyz: no answer within 5 s" }] },
    /timeoutSeconds/,
  ],
  [
    "health-check-timeout",
    { healthLog: [{ exitCode: -1, output: "Health check exceeded timeout (5s)" }] },
    /timeoutSeconds/,
  ],
  [
    "provider-lacks-model",
    {
      lastLines: [
        "litellm.exceptions.NotFoundError: litellm.NotFoundError: NotFoundError: OpenAIException - No endpoints found that support image input",
      ],
    },
    /PLANNER_MODEL/,
  ],
  [
    "bad-provider-key",
    { lastLines: ['{"level":50,"msg":"The model\'s provider refused its key: Incorrect."}'] },
    /PLANNER_API_KEY/,
  ],
  [
    "provider-unpaid",
    { lastLines: ["litellm.APIError: APIError: OpenrouterException - Insufficient credits"] },
    /account with the provider/,
  ],
  [
    "budget-spent",
    { lastLines: ["No deployments available - crossed budget: Exceeded budget for deployment"] },
    /PLANNER_MAX_BUDGET/,
  ],
  [
    "fallback-answers",
    { lastLines: ['{"level":40,"msg":"a fallback answers: the model that is asked for fails"}'] },
    /why litellm/,
  ],
  [
    "package-missing",
    { lastLines: ["ModuleNotFoundError: No module named 'prometheus_client'"] },
    /callback/,
  ],
  [
    "disk-full",
    { lastLines: ["PANIC:  could not write to file: No space left on device"] },
    /docker system df/,
  ],
  [
    "wrong-password",
    { lastLines: ['FATAL:  password authentication failed for user "agent"'] },
    /restart postgres litellm/,
  ],
  [
    "migration-failed",
    {
      lastLines: ["    at async runner (file:///app/node_modules/node-pg-migrate/dist/runner.js)"],
    },
    /rollback/,
  ],
  [
    "data-of-another-version",
    { lastLines: ["FATAL:  database files are incompatible with server"] },
    /rollback/,
  ],
  [
    "bad-provider-key",
    {
      lastLines: [
        "litellm.exceptions.AuthenticationError: OpenrouterException - No auth credentials found",
      ],
    },
    /OPENROUTER_API_KEY/,
  ],
  [
    "provider-out-of-reach",
    {
      lastLines: [
        "litellm.exceptions.InternalServerError: Cannot connect to host openrouter.ai:443 ssl:default",
      ],
    },
    /PLANNER_API_BASE/,
  ],
  [
    "weights-missing",
    {
      lastLines: [
        "gguf_init_from_file: failed to open GGUF file '/models/a/b/Q4_K_M.gguf' (No such file or directory)",
      ],
    },
    /\.\/stack down and \.\/stack up/,
  ],
  [
    "permission-denied-in-volume",
    {
      lastLines: ["PermissionError: [Errno 13] Permission denied: '/data/uploads'"],
      volumePaths: ["/data"],
    },
    /uid/,
  ],
  [
    "permission-denied-in-volume",
    {
      lastLines: ["Error: EACCES: permission denied, open '/data/a file'"],
      volumePaths: ["/data"],
    },
    /uid/,
  ],
  [
    "permission-denied",
    {
      lastLines: ["PermissionError: [Errno 13] Permission denied: '/app/backend/data/uploads'"],
      volumePaths: ["/data"],
    },
    /^\/app\/backend\/data\/uploads is part of its image/,
  ],
  ["permission-denied", { lastLines: ["bash: /opt/run.sh: Permission denied"] }, /^\/opt\/run.sh/],
  ["permission-denied", { lastLines: ["Permission denied"] }, /^That path/],
  [
    "read-only-file-system",
    { lastLines: ["OSError: [Errno 30] Read-only file system: '/opt/x'"] },
    /tmpfs/,
  ],
  [
    "bad-configuration",
    { lastLines: ["yaml.scanner.ScannerError: mapping values are not allowed here"] },
    /infra\/services\/litellm/,
  ],
  [
    "bad-configuration",
    {
      restarting: true,
      running: false,
      exitCode: 3,
      restarts: 4,
      lastLines: [
        '  File "/opt/venv/lib/python3.13/site-packages/litellm/proxy/proxy_server.py", line 1802, in load_config',
        "AttributeError: 'int' object has no attribute 'items'",
        "ERROR:    Application startup failed. Exiting.",
      ],
    },
    /Correct the configuration in infra\/services\/litellm/,
  ],
  ["neighbour-away", { lastLines: ["connect ECONNREFUSED 172.18.0.2:5432"] }, /depends on/],
  [
    "not-listening",
    {
      healthLog: [
        {
          exitCode: 1,
          output: "/usr/local/bin/probe: line 4: /dev/tcp/127.0.0.1/6006: Connection refused",
        },
      ],
    },
    /startPeriodSeconds/,
  ],
  [
    "killed",
    { running: false, restarting: true, restarts: 2, exitCode: 137, health: "none" },
    /memoryMegabytes/,
  ],
  [
    "ends-at-once",
    { running: false, restarting: true, restarts: 5, exitCode: 0, health: "none" },
    /stack logs litellm/,
  ],
  [
    "ends-at-once",
    {
      restarts: 3,
      exitCode: 3,
      health: "starting",
      healthLog: [{ exitCode: 1, output: "/dev/tcp/127.0.0.1/4000: Connection refused" }],
    },
    /stack logs litellm/,
  ],
  ["stopped", { running: false, health: "none", exitCode: 137 }, /starts what is not running/],
];

describe("known causes", () => {
  for (const [id, differences, remedy] of seen) {
    it(`recognises ${id}, and says how to fix it`, () => {
      const [first] = knownCauses(symptoms(differences));

      expect(first?.id).to.equal(id);
      expect(first?.remedy).to.match(remedy);
    });
  }

  it("are each held here, and say in the docs how they show", () => {
    const tested = new Set(seen.map(([id]) => id));

    for (const { id, seen: shows, cause, remedy, placeholder } of recognisers) {
      expect([...tested], id).to.include(id);
      expect(shows, id).not.to.equal("");
      if (placeholder === undefined) continue;
      expect(cause(placeholder) + remedy(placeholder, "x"), id).to.include(placeholder);
    }
  });

  it("name what was found: the port, the tool, the role", () => {
    const causes = seen.flatMap(([, differences]) => knownCauses(symptoms(differences)));
    const text = causes.map(({ cause }) => cause).join("\n");

    expect(text).to.include("port 4000").and.to.include("calls curl").and.to.include("calls wget");
    expect(text).to.include("the role agent").and.to.include("172.18.0.2:5432");
  });

  it("are none where nothing is wrong", () => {
    const calm = symptoms({
      health: "healthy",
      healthLog: [{ exitCode: 0, output: "" }],
      lastLines: ["INFO: Uvicorn running on http://0.0.0.0:4000"],
    });

    expect(knownCauses(calm)).to.deep.equal([]);
  });

  it("put Docker's own word before what the log quotes", () => {
    const both = symptoms({
      outOfMemory: true,
      running: false,
      exitCode: 137,
      lastLines: ["connect ECONNREFUSED 172.18.0.2:5432"],
    });

    expect(knownCauses(both).map(({ id }) => id)).to.deep.equal([
      "out-of-memory",
      "neighbour-away",
    ]);
  });
});
