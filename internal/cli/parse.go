// Package cli is what the command lines of Lethe have in common: reading them, completing them,
// signals, and drawing on a terminal.
package cli

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// Parse reads a command line. A flag that is given twice is an error, unless it is a list.
func Parse(parser *kong.Kong, args []string) (*kong.Context, error) {
	k, err := parser.Parse(args)
	if err != nil {
		return nil, fmt.Errorf("%w (%s --help)", err, parser.Model.Name)
	}
	given := map[*kong.Flag]bool{}
	for _, p := range k.Path {
		switch {
		case p.Flag == nil || p.Resolved || p.Flag.IsSlice():
		case given[p.Flag]:
			return nil, fmt.Errorf("--%s is given twice: give it once", p.Flag.Name)
		default:
			given[p.Flag] = true
		}
	}
	return k, nil
}
