package cli

import "github.com/spf13/cobra"

func newSetupAWSCmd(*setupCommand) *cobra.Command { return leftOut("aws") }
