import { colours as pc } from "../output/colours.ts";
import { defineCommand } from "../command-line/command.ts";
import { describeMachine } from "../docker/host/engine-machine.ts";
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
  run: async (context, { service: named, print }) => {
    const session = await openSession(context);
    const { outputs } = await requireRunningStack(session);
    const services = Object.keys(outputs.addresses);
    if (named !== undefined) requireServices([named], services);
    const { service, address } = pageToOpen(outputs.addresses, named);
    const command = browserCommand(address, process.platform, context.environment);
    const { machine } = session;
    const isHere = machine.name === undefined;
    const opened = isHere && context.interactive && !print && command !== undefined;
    // A password belongs on a screen that somebody looks at, and into no log or pipe.
    const login = context.interactive ? loginOf(service, (await session.settings()).settings) : [];
    const lines = [
      ...(print ? [] : describeMachine(machine, [address])),
      ...(login.length > 0
        ? [
            table(login.map(([name, value]) => [pc.dim(name), value])),
            pc.dim("As at the first start: a password that was changed in the page counts."),
          ]
        : []),
    ];
    return {
      document: address,
      text: lines.join("\n"),
      data: { service, address, opened },
      ...(opened && { after: () => openInBrowser(command) }),
    };
  },
});
