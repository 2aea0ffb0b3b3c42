// Package kernel ends the process that runs the CDK's JavaScript.
package kernel

import (
	"os"

	"github.com/aws/jsii-runtime-go"
)

// Close ends that process and deletes its files; without it, every synthesis
// leaves both behind.
//
// The runtime waits for the process twice, and reports the wait that comes
// second as an abnormal exit. So that users do not see it, nothing is written to
// standard error from here on: call it last. jsii-runtime-go 1.139.0,
// internal/kernel/process.
func Close() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stderr = null
	}
	jsii.Close()
}
