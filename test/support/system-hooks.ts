import { chatAddress } from "./chat-address.ts";
import { bringUpSystemStack, removeSystemStack } from "./system-stack.ts";

/** One real stack for the whole suite; bringing it up is the first thing that can fail. */
export async function mochaGlobalSetup(): Promise<void> {
  const { exitCode, stdout, stderr } = await bringUpSystemStack({
    settings: { OPENWEBUI_ADDRESSES: chatAddress },
  });
  if (exitCode === 0) return;
  // Nothing that a failed start has left may outlive the run.
  await removeSystemStack().catch(() => undefined);
  throw new Error(`./stack up exited ${exitCode}:\n${stdout}\n${stderr}`);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await removeSystemStack();
}
