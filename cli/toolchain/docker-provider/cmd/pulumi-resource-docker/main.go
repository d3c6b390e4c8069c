// The provider plugin that the Pulumi engine starts.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	bridge "github.com/terraform-providers/terraform-provider-docker/pulumi-bridge"
)

// Written by cmd/tfgen: npm run schema:docker. A test says when it is stale.
//
//go:embed schema.json
var schema []byte

func main() { tfbridge.Main(bridge.Name, bridge.Version, bridge.Provider(), schema) }
