import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type EngineHost, startEngineHost } from "../support/engine-host.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { errorOf, runStack, scratchClone } from "../support/system-stack.ts";

describe("DOCKER_HOST=ssh://", () => {
  let host: EngineHost;
  let clone = "";
  before(async () => {
    // Debian's own engine: what is looked at is the way there.
    host = await startEngineHost();
    clone = scratchClone();
  });
  afterEach(() => {
    host.configure();
  });
  after(() => {
    host.remove();
    rmSync(clone, { recursive: true, force: true });
  });

  const address = (login: string, port = 2222, path = "") =>
    `ssh://${login}@${host.address}:${port}${path}`;

  async function refusal(DOCKER_HOST: string) {
    const started = Date.now();
    const { exitCode, stdout } = await runStack(clone, ["status", "--json"], {
      ...host.environment,
      DOCKER_HOST,
    });
    expect(exitCode).to.equal(1);
    // Nobody is there to answer a question.
    expect(Date.now() - started).to.be.lessThan(40_000);
    return errorOf(stdout);
  }

  it("finds the engine, whose socket may be named too", async () => {
    const plain = await runStack(clone, ["status"], host.environment);
    const named = await runStack(clone, ["status"], {
      ...host.environment,
      DOCKER_HOST: address("root", 2222, "/var/run/docker.sock"),
    });

    for (const { exitCode, stdout, stderr } of [plain, named]) {
      expect(exitCode, stderr).to.equal(0);
      expect(stdout).to.include("The stack test is not up.");
    }
  });

  it("uses a connection that the user's configuration shares and keeps", async () => {
    const socket = join(clone, "control");
    host.configure("ControlMaster auto", `ControlPath "${socket}"`, "ControlPersist 5m");

    const first = await runStack(clone, ["status"], host.environment);
    const shared = existsSync(socket);
    const second = await runStack(clone, ["status"], host.environment);
    const ended = await runToEnd("ssh", ["-O", "exit", "-p", "2222", `root@${host.address}`], {
      cwd: clone,
      env: { ...process.env, ...host.environment },
    });

    expect([first.exitCode, second.exitCode, ended.exitCode]).to.deep.equal([0, 0, 0]);
    expect(shared).to.equal(true);
  });

  it("does not log in where the host's key is unknown", async () => {
    host.configure("UserKnownHostsFile /dev/null");

    const { message, remedy } = await refusal(address("root"));

    expect(message).to.equal(`This machine does not know the host key of ${host.name}.`);
    expect(remedy).to.include(`ssh -p 2222 root@${host.address}`);
  });

  it("says who may not log in", async () => {
    host.configure("IdentityFile /dev/null", "PubkeyAuthentication no");

    const { message, remedy } = await refusal(address("root"));

    expect(message).to.equal(`${host.name} refuses the login.`);
    expect(remedy).to.include("ssh-copy-id -p 2222");
  });

  it("says so where nothing listens, and where the machine does not answer", async () => {
    const closed = await refusal(address("root", 2223));
    const away = await refusal("ssh://root@192.0.2.1:2222");

    expect(closed.message).to.equal(`root@${host.address}:2223 can't be reached by SSH.`);
    expect(away.message).to.equal("root@192.0.2.1:2222 can't be reached by SSH.");
  });

  it("refuses to mount this machine's source over there, before anything is started", async () => {
    const words = ["up", "--bind-mounts", "--yes", "--json"];
    const { exitCode, stdout } = await runStack(clone, words, host.environment);

    expect(exitCode).to.equal(1);
    expect(errorOf(stdout).message).to.equal(
      `The agent's source is here, and the engine is on ${host.name}.`,
    );
    expect(host.run("docker", "ps", "--all", "--quiet")).to.equal("");
  });

  it("is one way to it; TCP with certificates is another", async () => {
    const { exitCode, stdout, stderr } = await runStack(clone, ["status"], host.tls);

    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.include("The stack test is not up.");
  });

  it("says so where the login may not use Docker, and where no engine answers", async () => {
    host.run("useradd", "--create-home", "ada");
    host.run("cp", "-r", "/root/.ssh", "/home/ada/.ssh");
    host.run("chown", "-R", "ada:ada", "/home/ada/.ssh");

    const forbidden = await refusal(address("ada"));
    const nowhere = await refusal(address("root", 2222, "/nowhere/docker.sock"));

    expect(forbidden.message).to.equal(
      `You may not use the Docker engine of ada@${host.address}:2222.`,
    );
    expect(forbidden.remedy).to.include("usermod -aG docker");
    expect(nowhere.message).to.equal(`No Docker engine answers on ${host.name}.`);
  });
});
