// Package gcsblob takes the place of the driver for gs:// addresses.
package gcsblob

// Scheme is what their addresses start with.
const Scheme = "gs"
