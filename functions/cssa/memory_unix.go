//go:build unix

package main

import (
	"runtime"
	"syscall"
)

// peakMB returns the most memory this process has held, in MiB, or 0 if the system does not say.
func peakMB() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return u.Maxrss >> 20 // bytes there, KiB elsewhere
	}
	return u.Maxrss >> 10
}
