import { reporterFor } from "../../cli/output/reporter.ts";

// A piece of work that a person watches on a terminal: run by a test, in its own process.
const { report, end } = reporterFor("live", process);
for (const subject of ["first", "second", "third"]) {
  report({ phase: "services", subject, status: "running", message: "starting" });
}
setTimeout(() => {
  for (const subject of ["first", "second", "third"]) {
    report({ phase: "services", subject, status: "done", message: "healthy" });
  }
  end();
  process.stdout.write("done\n");
}, 1500);
