package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// leftOut takes the place of a command that prepares a cloud provider's account for Pulumi Cloud.
func leftOut(provider string) *cobra.Command {
	return &cobra.Command{
		Use:                provider,
		Short:              "Prepare an account for Pulumi Cloud (not in this engine)",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this engine was built by ./stack without `pulumi env setup`: " +
				"install Pulumi's own release to use it")
		},
	}
}
