// Package cloud takes the place of the secret managers of cloud providers.
package cloud

import (
	"encoding/json"
	"errors"

	"github.com/pulumi/pulumi/pkg/v3/secrets"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Type is how states and stack settings name these managers.
const Type = "cloud"

var errLeftOut = errors.New("this engine was built by ./stack without cloud secret managers: " +
	"install Pulumi's own release to use one, or use a passphrase")

// EditProjectStack is asked for a manager of this package only, and there is none.
func EditProjectStack(*workspace.ProjectStack, json.RawMessage) error { return errLeftOut }

// NewCloudSecretsManagerFromState refuses a state that such a manager has encrypted.
func NewCloudSecretsManagerFromState(json.RawMessage) (secrets.Manager, error) {
	return nil, errLeftOut
}

// NewCloudSecretsManager refuses to make one.
func NewCloudSecretsManager(*workspace.ProjectStack, string, bool) (secrets.Manager, error) {
	return nil, errLeftOut
}
