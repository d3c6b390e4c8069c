// Package azureblob takes the place of the driver for azblob:// addresses.
package azureblob

import (
	"context"
	"errors"
	"net/url"

	"gocloud.dev/blob"
)

// Scheme is what their addresses start with.
const Scheme = "azblob"

// ServiceURLOptions are unread.
type ServiceURLOptions struct{}

// NewDefaultServiceURLOptions has nothing to read.
func NewDefaultServiceURLOptions() *ServiceURLOptions { return &ServiceURLOptions{} }

// NewDefaultClient is never called.
func NewDefaultClient() {}

// URLOpener refuses to open a container.
type URLOpener struct {
	MakeClient        func()
	ServiceURLOptions ServiceURLOptions
}

// OpenBucketURL implements blob.BucketURLOpener.
func (*URLOpener) OpenBucketURL(context.Context, *url.URL) (*blob.Bucket, error) {
	return nil, errors.New("this engine was built by ./stack without azblob:// backends: " +
		"install Pulumi's own release to use one")
}
