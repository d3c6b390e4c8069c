import { colours as pc } from "../output/colours.ts";
import { defineCommand } from "../command-line/command.ts";
import { describeMachine } from "../docker/host/engine-machine.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { browserCommand, openInBrowser } from "../os/open-in-browser.ts";
import { table } from "../output/table.ts";
import { requireRunningStack, requireServices } from "../stack/running-stack.ts";
import { openSession } from "../stack/session.ts";
import { loginOf, pageToOpen } from "../stack/service-pages.ts";

export const open = defineCommand({
  options: (parser) =>
    parser
      .positional("service", {
        type: "string",
        describe: "Which service (Open WebUI, when none is named, else the agent)",
      })
      .option("print", {
        type: "boolean",
        default: false,
        describe: "Only print the address",
      }),
  examples: [
    ["./stack open", "the chat, with what to log in with"],
    ["./stack open qdrant --print", "an address for a script"],
  ],
  run: async ({ service: named, print }, context) => {
    const session = await openSession(context);
    const { outputs } = await requireRunningStack(session);
    const services = Object.keys(outputs.addresses);
    if (named !== undefined) requireServices([named], services);
    const { service, address } = pageToOpen(outputs.addresses, named);
    const command = browserCommand(address, process.platform, context.environment);
    const { machine } = session;
    const isHere = machine.name === undefined;
    const opened = isHere && context.interactive && !print && command !== undefined;
    context.endProgress();
    context.printData(address);
    const note = print ? [] : describeMachine(machine, [address]);
    for (const line of note) context.print(line);
    // A password belongs on a screen that somebody looks at, and into no log or pipe.
    const login = context.interactive ? loginOf(service, (await session.settings()).settings) : [];
    if (login.length > 0) {
      context.print(table(login.map(([name, value]) => [pc.dim(name), value])));
      context.print(
        pc.dim("As at the first start: a password that was changed in the page counts."),
      );
    }
    if (opened) await openInBrowser(command);
    context.result({ command: "open", service, address, opened });
    return exitCodes.done;
  },
});
