package evidence

import "time"

// Version is that of report.json. A field that is added keeps it; one that goes, or means something
// else, raises it.
const Version = 1

// Report is what is known of an update. What was not measured stays nil.
type Report struct {
	Model    string    `json:"model"` // name of the new model's folder
	From     string    `json:"from"`  // name of the model's folder before
	Made     time.Time `json:"made"`
	Outcome  Outcome   `json:"outcome"`
	Asked    Asked     `json:"asked"`
	Touched  Touched   `json:"touched"`
	Done     Done      `json:"done"`
	Measured Measured  `json:"measured"`
	NotShown []string  `json:"not_shown"` // limits besides those that follow from the report, which come first
	Repeat   Repeat    `json:"repeat"`
	Warnings []string  `json:"warnings"`
	History  []Past    `json:"history"` // the commands that made the model, this one last

	ShowIDs  bool   `json:"ids_shown"`
	Salt     []byte `json:"-"`         // of the hashes of ids, at least 16 bytes; needed for ids unless ShowIDs is set
	SaltKept string `json:"salt_kept"` // where the salt is kept, for those who want to look up an id
	// Secrets are texts that may not be shown, ids among them. In every text of the report they are
	// replaced by [masked], those of less than 6 characters only where they are words of their own.
	// Texts of less than 4 characters and numbers of less than 6 digits are not looked for: they stand
	// everywhere by chance. With ShowIDs the ids of Asked.Subjects are shown all the same.
	Secrets []string `json:"-"`
}

// Outcome says how the update ended.
type Outcome string

// How an update can end.
const (
	Updated   Outcome = "done"      // the new parameters were written
	Certified Outcome = "certified" // they carry a certificate
	Refused   Outcome = "refused"   // a check refused them; nothing was written
	Planned   Outcome = "planned"   // a dry run; nothing was written
)

// Asked is the request.
type Asked struct {
	File     string    `json:"file"` // its name without folder
	Hash     string    `json:"hash"` // salted
	Changes  []Change  `json:"changes"`
	Subjects []Subject `json:"subjects"` // the samples that it names
}

// Kinds of changes.
const (
	RemoveSamples = "remove samples"
	ForgetColumns = "forget columns"
	CorrectCells  = "correct cells"
	CorrectLabels = "correct labels"
	ReplaceText   = "replace text"
)

// Change is one kind of change and how much of it was asked.
type Change struct {
	Kind  string   `json:"kind"`            // RemoveSamples, ForgetColumns, CorrectCells, CorrectLabels or ReplaceText
	Count int      `json:"count"`           // samples, columns, cells, labels, places of the text
	Names []string `json:"names,omitempty"` // of columns
}

// Subject is a sample that the request names.
type Subject struct {
	ID     string `json:"id,omitempty"` // hashed when it is written, unless the report shows ids; empty without an id column
	Row    int    `json:"row"`          // counted from 0 in the data file
	Change string `json:"change"`       // "removed", "corrected", "label corrected"
}

// Touched is what the request changes in the data.
type Touched struct {
	Rows    int      `json:"rows"`    // samples that change or go
	Of      int      `json:"of"`      // samples of the data before
	Share   float64  `json:"share"`   // Rows / Of; filled in when the report is written
	Cells   int      `json:"cells"`   // cells that change in samples that stay
	Columns []string `json:"columns"` // forgotten columns
	Spans   int      `json:"spans"`   // places of the text that are replaced
}

// Done is what was done to the model.
type Done struct {
	Method     string    `json:"method"` // in words: "second order, conjugate gradients"
	Why        string    `json:"why"`    // why this method and these settings
	Settings   []Setting `json:"settings"`
	Seconds    float64   `json:"seconds"`    // of the update, the choice of its settings included
	Estimated  bool      `json:"estimated"`  // Seconds is an estimate, as in a dry run
	Parameters int       `json:"parameters"` // of the model
	Convex     bool      `json:"convex"`     // the objective has one optimum
	Change     *float64  `json:"change"`     // norm of the change of the parameters / norm of the parameters before
	// The residual is the norm of the gradient of the objective: what training left on the data
	// before the request, and before and after the update on the corrected data.
	ResidualTrained *float64 `json:"residual_trained"`
	ResidualBefore  *float64 `json:"residual_before"`
	ResidualAfter   *float64 `json:"residual_after"`
	Statistics      string   `json:"statistics"` // what became of running statistics; empty = the model has none
	Notes           []string `json:"notes"`      // what the method has to say
	Reason          string   `json:"reason"`     // of a refusal
	Next            string   `json:"next"`       // what to do after a refusal
}

// Setting is a setting of the method.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Measured is what was measured of the models before and after.
type Measured struct {
	Figures     []Figure     `json:"figures"`
	Retraining  *Retraining  `json:"retraining"`  // nil = it was not compared
	Certificate *Certificate `json:"certificate"` // nil = there is none
}

// Units of figures.
const (
	Share   = "share"   // between 0 and 1, shown as a percentage; differences are in points
	Seconds = "seconds" //
)

// Figure is a number before and after the update.
type Figure struct {
	Name       string   `json:"name"`       // "accuracy on the test data"
	Unit       string   `json:"unit"`       // Share or Seconds; "" = a pure number
	Before     *float64 `json:"before"`     // of the model before
	After      *float64 `json:"after"`      // of the new model
	Difference *float64 `json:"difference"` // After - Before; filled in when the report is written
	Retrained  *float64 `json:"retrained"`  // of the retrained model
	Samples    int      `json:"samples"`    // that it was measured on
	Test       bool     `json:"test"`       // they are not of the training data
}

// Retraining compares the update with training from the start on the corrected data.
type Retraining struct {
	Agreement *float64 `json:"agreement"` // share of samples that get the same answer from both
	Samples   int      `json:"samples"`   // that it was measured on
	Distance  *float64 `json:"distance"`  // distance of the parameters from the retrained ones / that without an update
	Seconds   float64  `json:"seconds"`   // of the retraining
	Ratio     float64  `json:"ratio"`     // Done.Seconds / Seconds; filled in when the report is written
}

// Certificate is what a release guarantees.
type Certificate struct {
	Epsilon  float64 `json:"epsilon"`
	Delta    float64 `json:"delta"`
	Noise    float64 `json:"noise"`    // standard deviation of the noise in a parameter
	Releases int     `json:"releases"` // of this model so far, this one among them
	Together float64 `json:"together"` // epsilon of all releases together
	Against  string  `json:"against"`  // what a release is compared with: "exact optimum"
}

// Repeat says how to make the same update again.
type Repeat struct {
	Command string `json:"command"`
	Version string `json:"version"`
	Commit  string `json:"commit"` // "" where the program was built without one
	Seed    uint64 `json:"seed"`
	Go      string `json:"go"`
	System  string `json:"system"` // "linux/amd64"
	Cores   int    `json:"cores"`
	BLAS    string `json:"blas"`
	Files   []File `json:"files"`
}

// File is a file that the update read or wrote.
type File struct {
	Role   string `json:"role"`   // "training data", "request", "test data", "model before", "model after"
	Name   string `json:"name"`   // without folder
	SHA256 string `json:"sha256"` // of a request: salted
	Bytes  int64  `json:"bytes"`
}

// Past is a command of the model's history.
type Past struct {
	Number   int       `json:"number"`
	Time     time.Time `json:"time"`
	Kind     string    `json:"kind"` // "train", "import", "unlearn"
	Method   string    `json:"method"`
	Request  string    `json:"request"`        // salted hash; "" of trainings
	Changes  string    `json:"changes"`        // in words: "3 samples removed"
	Residual *float64  `json:"residual_after"` // what it left
}
