// Package cloud takes the place of `pulumi api`, which reads the whole description of Pulumi Cloud's API.
package cloud

import (
	"errors"

	"github.com/spf13/cobra"
)

// NewAPICmd says that the command is not here.
func NewAPICmd() *cobra.Command {
	return &cobra.Command{
		Use:                "api",
		Short:              "Call Pulumi Cloud's API (not in this engine)",
		DisableFlagParsing: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("this engine was built by ./stack without `pulumi api`: " +
				"install Pulumi's own release to use it")
		},
	}
}

// APIError is an error of that command: the others ask whether one of theirs is one.
type APIError struct {
	ExitCode int
	Silent   bool
}

func (*APIError) Error() string { return "" }
