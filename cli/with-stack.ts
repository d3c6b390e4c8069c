/** A command to type, with the option that it needs to mean the same stack again. */
export function withStack(command: string, stackName: string): string {
  return stackName === "dev" ? command : `${command} --stack ${stackName}`;
}
