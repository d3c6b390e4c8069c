// Package kubernetes takes the place of the builder that runs in a Kubernetes cluster. Images are built by
// the engine's own builder, and Kubernetes' client would be a fifth of the provider's compilation.
package kubernetes
