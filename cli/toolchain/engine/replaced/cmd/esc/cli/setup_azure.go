package cli

import "github.com/spf13/cobra"

func newSetupAzureCmd(*setupCommand) *cobra.Command { return leftOut("azure") }
