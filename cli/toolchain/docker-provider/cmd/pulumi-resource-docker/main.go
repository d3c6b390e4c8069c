// The provider plugin that the Pulumi engine starts.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	bridge "github.com/terraform-providers/terraform-provider-docker/pulumi-bridge"
)

// Written by cmd/tfgen just before this package is compiled, and so never stale.
//
//go:embed schema.json
var schema []byte

func main() { tfbridge.Main(bridge.Name, bridge.Version, bridge.Provider(), schema) }
