// Package bridge presents the Terraform provider for Docker as the Pulumi provider "docker".
//
// Tokens and field names follow the official Pulumi provider of the same version, so that programs
// written against its npm package work unchanged and a stack can move between the two.
package bridge

import (
	"unicode"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

const (
	// Name is the Pulumi package that this provider serves.
	Name = "docker"
	// Version is the release of the official provider whose names are followed.
	Version = "5.2.0"
)

// member is the token of a resource or function, for example docker:index/remoteImage:RemoteImage.
func member(name string) string {
	return "docker:index/" + string(unicode.ToLower(rune(name[0]))) + name[1:] + ":" + name
}

func resource(name string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{Tok: tokens.Type(member(name))}
}

// Without an entry the bridge would make these names plural.
func keepName(name string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Name: name}
}

// Provider describes every mapped resource. `docker.Image` is native code in the official provider
// and is not served here; `docker.RemoteImage` builds images too.
func Provider() tfbridge.ProviderInfo {
	container := resource("Container")
	// A container's name is taken until the old container is gone.
	container.DeleteBeforeReplace = true
	container.Fields = map[string]*tfbridge.SchemaInfo{
		"command":           keepName("command"),
		"networks_advanced": keepName("networksAdvanced"),
	}
	image := resource("RemoteImage")
	image.Fields = map[string]*tfbridge.SchemaInfo{"name": keepName("name")}

	return tfbridge.ProviderInfo{
		P:       shimv2.NewProvider(provider.New(Version)()),
		Name:    Name,
		Version: Version,
		Resources: map[string]*tfbridge.ResourceInfo{
			"docker_container": container,
			"docker_image":     image,
			"docker_network":   resource("Network"),
			"docker_volume":    resource("Volume"),
			"docker_config":    resource("ServiceConfig"),
			"docker_secret":    resource("Secret"),
			"docker_service":   resource("Service"),
			"docker_tag":       resource("Tag"),
		},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"docker_network": {Tok: tokens.ModuleMember(member("getNetwork"))},
		},
		Config: map[string]*tfbridge.SchemaInfo{
			"registry_auth": {Name: "registryAuth", MaxItemsOne: tfbridge.False()},
		},
		// What the stack has no use for, and what the official provider serves under other names.
		IgnoreMappings: []string{
			"docker_buildx_builder",
			"docker_compose",
			"docker_containers",
			"docker_image",
			"docker_logs",
			"docker_plugin",
			"docker_registry_image",
			"docker_registry_image_manifests",
		},
	}
}
