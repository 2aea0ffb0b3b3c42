//go:build !unix

package assembly

import "errors"

func makePipe(string) error { return errors.ErrUnsupported }
