package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lethe/experiments/internal/records"
)

// State says what a run finds in its folder.
type State string

// What a run finds: nothing, a run to go on with, one to go on with that gets more, one to begin
// again, one that is in its way.
const (
	Beginning  State = "begins"
	Continuing State = "continues"
	Extending  State = "extends"
	Restarting State = "starts again"
	Refused    State = "refused" // it is not begun: the folder holds it, or another, already
)

// locate returns the folder of a run and what it finds there. A run is not begun twice; one that is
// to be resumed is found under any name that begins as its own does.
func (o *Order) locate(c *Config) (string, State, error) {
	below := filepath.Join(o.Out, c.Experiment)
	dir := filepath.Join(below, c.Name())
	if _, err := os.Stat(filepath.Join(dir, records.PackedName)); err == nil {
		return "", "", fmt.Errorf("%s: %w", dir, records.ErrPacked)
	}
	begun, err := records.Begun(dir)
	switch {
	case err != nil:
		return "", "", err
	case o.Mode == records.Force && begun:
		return dir, Restarting, nil
	case o.Mode == records.Force:
		return dir, Beginning, nil
	case o.Mode == records.Resume && begun:
		state, err := continues(dir, c)
		return dir, state, err
	case begun:
		return "", "", existing(dir, c)
	case o.Name != "": // no other folder is meant
		return dir, Beginning, nil
	}
	return o.locateElsewhere(below, dir, c)
}

// continues says how a run goes on in a folder that holds one.
func continues(dir string, c *Config) (State, error) {
	old, err := ReadConfig(filepath.Join(dir, records.ConfigName))
	if err != nil {
		return "", err
	}
	if err := old.SameRun(c); err != nil {
		return "", fmt.Errorf("%s: %w", dir, err)
	}
	if len(old.differences(c)) > 0 {
		return Extending, nil
	}
	return Continuing, nil
}

// existing says that the folder of a new run holds one already, and which.
func existing(dir string, c *Config) error {
	old, err := ReadConfig(filepath.Join(dir, records.ConfigName))
	if err != nil {
		return fmt.Errorf("%s: %w", dir, records.ErrExists)
	}
	if all := old.differences(c); len(all) > 0 {
		return fmt.Errorf("%s: %w; it is another one, which differs in %s: --name NAME begins a run beside it", dir, records.ErrExists, describe(all))
	}
	return fmt.Errorf("%s: %w", dir, records.ErrExists)
}

// locateElsewhere looks for the run in the folders beside its own, which does not hold one: a
// former version named it otherwise, or it was extended, or is to be.
func (o *Order) locateElsewhere(below, dir string, c *Config) (string, State, error) {
	others, err := beside(below, c)
	if err != nil {
		return "", "", err
	}
	var same, grows []string
	nearest, fewest := "", math.MaxInt
	for _, other := range others {
		old, err := ReadConfig(filepath.Join(other, records.ConfigName))
		if err != nil {
			continue // no run of this program's
		}
		switch all := old.differences(c); {
		case len(all) == 0:
			same = append(same, other)
		case len(hindering(all)) == 0:
			grows = append(grows, other)
		default:
			if n := len(all); n < fewest {
				nearest, fewest = fmt.Sprintf("%s differs in %s", other, describe(all)), n
			}
		}
	}
	switch {
	case o.Mode == records.Fresh && len(same) > 0:
		return "", "", fmt.Errorf("%s: %w; --name NAME begins a run beside it", same[0], records.ErrExists)
	case o.Mode == records.Fresh:
		return dir, Beginning, nil
	case len(same) == 1:
		return same[0], Continuing, nil
	case len(same) > 1:
		return "", "", fmt.Errorf("several folders hold this run: %s; say which by --name", strings.Join(same, ", "))
	case len(grows) == 1:
		return grows[0], Extending, nil
	case len(grows) > 1:
		return "", "", fmt.Errorf("several runs could be extended: %s; say which by --name", strings.Join(grows, ", "))
	case nearest != "":
		return "", "", &UsageError{fmt.Errorf("cannot resume: no run has these settings; %s; without --resume a new run begins in %s", nearest, dir)}
	}
	return dir, Beginning, nil
}

// beside returns the folders with runs of that data set, model, profile and seed.
func beside(below string, c *Config) ([]string, error) {
	entries, err := os.ReadDir(below)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if name := e.Name(); name != c.Name() && (name == c.base() || strings.HasPrefix(name, c.base()+"-")) {
			if begun, err := records.Begun(filepath.Join(below, name)); err != nil || !begun {
				continue
			}
			out = append(out, filepath.Join(below, name))
		}
	}
	slices.Sort(out)
	return out, nil
}
