package engine

import "lethe/experiments/internal/records"

// ReadRecords reads the records of a run's folder; what former versions called otherwise has its
// present name.
func ReadRecords(dir string) ([]records.Record, error) {
	found, err := records.Read(dir)
	for _, d := range domains() {
		if d.Former != nil {
			d.Former(found)
		}
	}
	return found, err
}

// OpenFolder makes or opens a run's folder and locks it. On Resume the run's own settings must
// equal c's; the error names the ones that differ.
func OpenFolder(dir string, c *Config, mode records.Mode) (*records.Folder, error) {
	return records.OpenFolder(dir, configured{c}, mode)
}

// configured is a configuration as a folder takes it.
type configured struct{ *Config }

func (c configured) Unit(name string) string {
	for _, d := range domains() {
		if d.FormerUnit != nil {
			name = d.FormerUnit(name)
		}
	}
	return name
}

func (c configured) Salt() []byte {
	if !c.Masked() {
		return nil
	}
	return c.Given.salt
}

func (c configured) Encode() []byte { return c.Config.Encode() }

func (c configured) Continues(path string) (grows bool, err error) {
	old, err := ReadConfig(path)
	if err != nil {
		return false, err
	}
	if err := old.SameRun(c.Config); err != nil {
		return false, err
	}
	if len(old.differences(c.Config)) == 0 {
		return false, nil
	}
	c.MadeOn = old.MadeOn // of most of the records
	c.Label = old.Label
	return true, nil
}
