// Writes the provider's Pulumi schema: tfgen schema --out DIRECTORY.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	bridge "github.com/terraform-providers/terraform-provider-docker/pulumi-bridge"
)

func main() { tfgen.Main(bridge.Name, bridge.Version, bridge.Provider()) }
