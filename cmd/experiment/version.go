package main

import (
	"fmt"

	"github.com/alecthomas/kong"

	"lethe/internal/build"
)

// versionFlag prints the version and ends the program.
type versionFlag bool

// BeforeReset is what kong calls as soon as it meets the flag.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprint(app.Stdout, build.Text("experiment", build.Info()))
	app.Exit(0)
	return nil
}
