/**
 * The product's name: of its project in Pulumi, its images, labels and caches. Pulumi.yaml and
 * package.json repeat it; a test compares them.
 */
export const projectName = "agent-stack";
