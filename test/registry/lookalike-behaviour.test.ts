import { expect } from "chai";
import { registryImages } from "../../infra/images/registry-images.ts";
import { buildLookalikes, type Lookalikes } from "../lookalikes/build-lookalikes.ts";
import { engineGateway, hostOption, thisMachine } from "../support/engine-gateway.ts";
import { eventually } from "../support/eventually.ts";
import { ModelHub } from "../support/model-hub.ts";
import {
  runContainer,
  type ScratchContainer,
  startContainer,
} from "../support/scratch-container.ts";
import { smallWeights } from "../support/small-weights.ts";

/** What the originals do where a stack has to know it: a look-alike that forgives more proves nothing. */
describe("the look-alikes do what the originals do", () => {
  let lookalikes: Lookalikes;
  let container: ScratchContainer | undefined;

  const start = async (...words: string[]) => {
    container = await startContainer(...words);
    return container;
  };

  before(async function () {
    this.timeout(1_800_000);
    lookalikes = await buildLookalikes(() => undefined);
  });
  afterEach(async () => {
    await container?.remove();
    container = undefined;
  });

  describe("postgres", () => {
    it("prepares an empty folder as root, drops to 999 and is reached where Debian's libpq looks", async () => {
      const { exec, logs } = await start("-e", "POSTGRES_PASSWORD=secret", lookalikes.postgres);
      const ready = async () => (await logs()).split("ready to accept connections").length === 3;
      await eventually(ready, "it is ready for the second time", 120_000);

      const { stdout } = await exec(
        "psql",
        "-U",
        "postgres",
        "-Atc",
        "SHOW unix_socket_directories",
      );
      const uid = await exec("stat", "-c", "%u %a", "/proc/1", "/var/lib/postgresql/18/docker");

      expect(stdout.trim()).to.equal("/var/run/postgresql");
      expect(uid.stdout).to.equal("999 555\n999 700\n");
    });

    it("finds no server with its clients where the socket is in another folder", async () => {
      const script =
        "initdb -D /tmp/data >/dev/null && " +
        "pg_ctl -D /tmp/data -w -o '-c unix_socket_directories=/tmp -c listen_addresses=' start >/dev/null; " +
        "for client in psql /usr/lib/postgresql/18/bin/psql; do $client -Atc 'SELECT 1' postgres; done; " +
        "PGHOST=/tmp psql -Atc 'SELECT 2' postgres; psql -h /tmp -Atc 'SELECT 3' postgres";
      const words = ["-u", "999:999", "--entrypoint", "bash", lookalikes.postgres, "-c", script];
      const { stdout, stderr } = await runContainer(...words);

      expect(stdout).to.equal("2\n3\n");
      expect(stderr.split("/var/run/postgresql/.s.PGSQL.5432").length).to.equal(3);
    });

    it("refuses to start without a password, and with a volume where it was before 18", async () => {
      const bare = await runContainer(lookalikes.postgres);
      const old = ["-e", "POSTGRES_PASSWORD=secret", "-v", "/var/lib/postgresql/data"];
      const moved = await runContainer(...old, lookalikes.postgres);

      expect([bare.exitCode, moved.exitCode]).to.deep.equal([1, 1]);
      expect(bare.stderr).to.include("superuser password is not specified");
      expect(moved.stderr).to.include("in 18+");
    });
  });

  describe("qdrant", () => {
    const answers = async ({ exec }: ScratchContainer, path: string) => {
      const request = `exec 3<>/dev/tcp/127.0.0.1/6333; printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3; head -n1 <&3`;
      return (await exec("bash", "-c", request)).stdout;
    };
    const ready = (it: ScratchContainer) =>
      eventually(async () => (await answers(it, "/readyz")).includes(" 200"), "ready", 60_000);

    it("is ready without a key and shows nothing else without it", async () => {
      const it = await start("-e", "QDRANT__SERVICE__API_KEY=key", lookalikes.qdrant);
      await ready(it);

      expect(await answers(it, "/collections")).to.include(" 401");
    });

    it("introduces itself as Qdrant of its version, not as our server", async () => {
      const it = await start(lookalikes.qdrant);
      await ready(it);
      const request =
        "exec 3<>/dev/tcp/127.0.0.1/6333; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3";
      const { stdout } = await it.exec("bash", "-c", request);
      const greeting = JSON.parse(stdout.split("\r\n\r\n")[1] ?? "") as Record<string, string>;

      expect(`v${greeting["version"] ?? ""}-unprivileged`).to.equal(registryImages.qdrant.tag);
      expect(greeting).not.to.have.property("engine");
    });

    it("ends at once with 143 behind its entry point, with 0 without", async () => {
      const behind = await start(lookalikes.qdrant);
      await ready(behind);
      expect(await behind.stop()).to.equal(143);
      await behind.remove();

      const alone = await start(lookalikes.qdrant, "./qdrant");
      await ready(alone);
      expect(await alone.stop()).to.equal(0);
    });

    it("leaves its mark beside itself, and goes on where it can't", async () => {
      const marked = await start(lookalikes.qdrant);
      await ready(marked);
      expect((await marked.exec("cat", "/qdrant/.qdrant-initialized")).exitCode).to.equal(0);
      await marked.remove();

      const readOnly = ["--read-only", "--tmpfs", "/tmp", "-v", "/qdrant/storage"];
      const it = await start(...readOnly, "-v", "/qdrant/snapshots", lookalikes.qdrant);
      await ready(it);
      expect(await it.logs()).to.include("Failed to create init file indicator");
    });
  });

  describe("model", () => {
    it("takes the original's flags and refuses others", async () => {
      const flags = [
        ...["--alias", "local", "--host", "0.0.0.0", "--port", "8080", "--ctx-size", "8192"],
        ...["--parallel", "1", "--cache-ram", "256", "--reasoning", "off", "--predict", "1024"],
        ...["--reasoning-budget", "0", "--jinja", "--model", "/there-is-no.gguf"],
      ];
      const known = await runContainer("-u", "10001:10001", lookalikes.model, ...flags);
      const unknown = await runContainer(lookalikes.model, "--frobnicate");

      expect(known.stderr).not.to.include("invalid argument");
      expect(known.stderr).to.include("/there-is-no.gguf");
      expect(unknown).to.include({ exitCode: 1 });
      expect(unknown.stderr).to.include("error: invalid argument: --frobnicate");
    });

    it("fetches a model before it listens, and goes on where the connection broke", async () => {
      const gateway = engineGateway(lookalikes.model);
      const hub = new ModelHub();
      hub.publish("acme/Small-GGUF", { "Small-Q4_1.gguf": smallWeights() });
      hub.faults.cuts.push(20_000_000);
      await hub.open(gateway);
      try {
        const endpoint = hub.address.replace(gateway, thisMachine);
        const { exec } = await start(
          ...[...hostOption, "-e", `HF_ENDPOINT=${endpoint}`, "-e", "LLAMA_CACHE=/var/tmp"],
          ...["-u", "10001:10001", lookalikes.model, "--hf-repo", "acme/Small-GGUF:Q4_1"],
          ...["--ctx-size", "512", "--parallel", "1"],
        );
        const health = ["curl", "-sf", "http://127.0.0.1:8080/health"];
        await eventually(async () => (await exec(...health)).exitCode === 0, "it serves", 240_000);
        const { stdout } = await exec("find", "/var/tmp", "-name", "*.gguf");

        expect(stdout).to.match(
          /models--acme--Small-GGUF\/snapshots\/[0-9a-f]{40}\/Small-Q4_1\.gguf/,
        );
        // A question about the file, what came before the break, and the rest.
        expect(hub.ranges.slice(-2)).to.deep.equal(["", "bytes=20000000-"]);
      } finally {
        await hub.close();
      }
    });

    it("ends where there is nothing to serve and nothing to fetch it from", async () => {
      const closed = ["-e", "HF_ENDPOINT=http://127.0.0.1:9", "-e", "LLAMA_CACHE=/var/tmp"];
      const { exitCode } = await runContainer(
        ...closed,
        lookalikes.model,
        "--hf-repo",
        "a/b:Q4_K_M",
      );

      expect(exitCode).not.to.equal(0);
    });
  });

  describe("phoenix", () => {
    it("writes below its user's home unless told otherwise, also where its database is elsewhere", async () => {
      const words = ["--read-only", "--tmpfs", "/tmp"];
      const database = ["-e", "PHOENIX_SQL_DATABASE_URL=postgresql://a:b@127.0.0.1:1/c"];
      const home = await runContainer(...words, ...database, lookalikes.phoenix);
      const told = ["-e", "PHOENIX_WORKING_DIR=/tmp/phoenix", ...database];
      const elsewhere = await runContainer(...words, ...told, lookalikes.phoenix);

      expect(home.stderr).to.match(/Read-only file system: '\/home\/nonroot\/\.phoenix/);
      expect(elsewhere.stderr).not.to.include("Read-only file system");
      expect(elsewhere.stderr).to.match(/connection refused|connect call failed/i);
    });
  });

  describe("searxng", () => {
    const healthy = (it: ScratchContainer) =>
      eventually(
        async () =>
          (await it.exec("wget", "-q", "-O", "-", "http://127.0.0.1:8080/healthz")).stdout === "OK",
        "SearXNG answers",
        90_000,
      );

    it("puts its template into /etc/searxng, with its own secret", async () => {
      const it = await start("-e", "GRANIAN_HOST=0.0.0.0", lookalikes.searxng);
      await healthy(it);
      const { stdout } = await it.exec("cat", "/etc/searxng/settings.yml");

      expect(stdout)
        .to.match(/secret_key: "[a-zA-Z0-9]{20,}"/)
        .and.not.to.include("ultrasecretkey");
    });

    it("touches nothing there when the settings are elsewhere, and refuses its default secret", async () => {
      const settings = [
        "-e",
        "SEARXNG_SETTINGS_PATH=/tmp/settings.yml",
        "-e",
        "GRANIAN_HOST=0.0.0.0",
      ];
      const script = `printf 'use_default_settings: true\\n' >/tmp/settings.yml; exec ./entrypoint.sh`;
      const words = [...settings, "-u", "977:977", "--entrypoint", "sh"];
      const it = await start(
        ...words,
        "-e",
        "SEARXNG_SECRET=mine",
        lookalikes.searxng,
        "-c",
        script,
      );
      await healthy(it);
      expect((await it.exec("ls", "-A", "/etc/searxng")).stdout).to.equal("");
      await it.remove();

      const without = await runContainer("--rm", ...words, lookalikes.searxng, "-c", script);
      expect(without.exitCode).not.to.equal(0);
    });
  });

  describe("litellm", () => {
    it("runs as any user on a read-only root, from its own folder", async () => {
      const words = ["-u", "101:101", "--read-only", "--tmpfs", "/tmp", "-e", "HOME=/tmp"];
      const { exitCode, stdout } = await runContainer(...words, lookalikes.litellm, "--version");

      expect({ exitCode, stdout }).to.deep.include({ exitCode: 0 });
      expect(registryImages.litellm.tag).to.equal(`v${/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? ""}`);
    });
  });

  describe("open-webui", () => {
    it("makes its uploads folder when it is imported: only root can", async () => {
      const words = ["-e", "WEBUI_SECRET_KEY=key", "-e", "DATABASE_URL=sqlite:////tmp/webui.db"];
      const { exitCode, stderr } = await runContainer(
        "-u",
        "10001:0",
        ...words,
        lookalikes["open-webui"],
      );

      expect(exitCode).not.to.equal(0);
      expect(stderr).to.include("Permission denied: '/app/backend/data/uploads'");
    });

    it("reads no PDF, Word or PowerPoint", async () => {
      const script =
        "import importlib.util as u; print([n for n in ('pypdf','docx2txt','pptx') if u.find_spec(n)])";
      const { stdout } = await runContainer(lookalikes["open-webui"], "python3", "-c", script);

      expect(stdout).to.equal("[]\n");
    });
  });
});
