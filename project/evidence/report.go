package evidence

import "time"

// Version is that of report.json. A field that is added keeps it; one that goes, or means something
// else, raises it.
const Version = 1

// Report is what is known of an update. What was not measured stays nil. The comments of the fields
// stand in docs/evidence.md, too.
type Report struct {
	Model    string    `json:"model"`     // name of the new model's folder; empty if none was written
	From     string    `json:"from"`      // name of the folder of the model before
	Made     time.Time `json:"made"`      // when the report was made, in UTC
	Outcome  Outcome   `json:"outcome"`   // how the update ended: done, certified, refused or planned
	Asked    Asked     `json:"asked"`     // the request
	Touched  Touched   `json:"touched"`   // what the request changes in the data
	Done     Done      `json:"done"`      // what was done to the model
	Measured Measured  `json:"measured"`  // what was measured of the models before and after
	NotShown []string  `json:"not_shown"` // what the report does not show, in sentences
	Repeat   Repeat    `json:"repeat"`    // how to make the same update again
	Warnings []string  `json:"warnings"`  // what the reader should look at, in sentences
	History  []Past    `json:"history"`   // the commands that made the model, the last one last
	ShowIDs  bool      `json:"ids_shown"` // ids stand in the report as they are in the data; otherwise hashed
	SaltKept string    `json:"salt_kept"` // where the salt of the hashes is kept

	// Salt is that of the hashes of ids, at least 16 bytes. It is needed for ids unless ShowIDs is set.
	Salt []byte `json:"-"`
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
	File     string    `json:"file"`     // name of the request's file, without folder
	Hash     string    `json:"hash"`     // salted hash of what is asked
	Changes  []Change  `json:"changes"`  // what is asked, by kind
	Subjects []Subject `json:"subjects"` // the samples that the request names, or finds by a value
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
	Kind  string   `json:"kind"`            // remove samples, forget columns, correct cells, correct labels or replace text
	Count int      `json:"count"`           // of samples, columns, cells, labels or places of the text
	Names []string `json:"names,omitempty"` // of the columns; left out where the change is not about columns
}

// Subject is a sample that the request names.
type Subject struct {
	ID     string `json:"id,omitempty"` // the id, hashed unless ids are shown; left out of data without ids
	Row    int    `json:"row"`          // number of the row in the data file before, from 0
	Change string `json:"change"`       // what becomes of it: removed, corrected, label corrected
}

// Touched is what the request changes in the data.
type Touched struct {
	Rows    int      `json:"rows"`    // samples that change or go
	Of      int      `json:"of"`      // samples of the data before
	Share   float64  `json:"share"`   // rows divided by of; computed when the report is written
	Cells   int      `json:"cells"`   // cells that change in samples that stay
	Columns []string `json:"columns"` // forgotten columns
	Spans   int      `json:"spans"`   // places of the text that are replaced
}

// Done is what was done to the model.
type Done struct {
	Method          string    `json:"method"`           // what was carried out; of auto the method that it took, in words
	Why             string    `json:"why"`              // why this method and these settings
	Settings        []Setting `json:"settings"`         // of the method
	Seconds         float64   `json:"seconds"`          // time of the update, the choice of its settings included
	Estimated       bool      `json:"estimated"`        // the time is an estimate, as in a dry run
	Parameters      int       `json:"parameters"`       // of the model
	L2              float64   `json:"l2"`               // weight of the regularizer (L2/2)||theta||^2 on a sum of losses
	Regularized     int       `json:"regularized"`      // parameters that the regularizer covers
	Convex          bool      `json:"convex"`           // the objective is convex: every minimum is a global one
	Change          *float64  `json:"change"`           // norm of the change of the parameters, divided by their norm before
	ResidualTrained *float64  `json:"residual_trained"` // gradient residual that training left on the data before the request
	ResidualBefore  *float64  `json:"residual_before"`  // gradient residual of the model before on the corrected data
	ResidualAfter   *float64  `json:"residual_after"`   // gradient residual of the new model on the corrected data
	Statistics      string    `json:"statistics"`       // what became of the running statistics of normalization; empty where there are none
	Notes           []string  `json:"notes"`            // what the method has to say, in sentences
	Reason          string    `json:"reason"`           // why the update was refused; empty otherwise
	Next            string    `json:"next"`             // what to do after a refusal; empty otherwise
}

// Setting is a setting of the method.
type Setting struct {
	Name  string `json:"name"`  // of the setting
	Value string `json:"value"` // as it was used
}

// Measured is what was measured of the models before and after.
type Measured struct {
	Figures     []Figure     `json:"figures"`     // numbers before and after
	Retraining  *Retraining  `json:"retraining"`  // comparison with training from the start on the corrected data
	Certificate *Certificate `json:"certificate"` // what the new model guarantees
}

// Units of figures.
const (
	Share   = "share"   // between 0 and 1; shown as a percentage, and differences in points
	Seconds = "seconds" // of wall-clock time
)

// Figure is a number before and after the update.
type Figure struct {
	Name       string   `json:"name"`       // what was measured, and on which data
	Unit       string   `json:"unit"`       // share (between 0 and 1), seconds, or empty for a pure number
	Before     *float64 `json:"before"`     // of the model before
	After      *float64 `json:"after"`      // of the new model
	Difference *float64 `json:"difference"` // after less before; computed when the report is written
	Retrained  *float64 `json:"retrained"`  // of the retrained model
	Samples    int      `json:"samples"`    // on which it was measured
	Test       bool     `json:"test"`       // these samples are not of the training data
}

// Retraining compares the update with training from the start on the corrected data.
type Retraining struct {
	Agreement *float64 `json:"agreement"` // share of the samples that get the same answer from both models; null in a regression
	Apart     *float64 `json:"apart"`     // of a regression: root mean square difference of both models' answers, divided by the standard deviation of the retrained one's
	Samples   int      `json:"samples"`   // on which the answers were compared
	Distance  *float64 `json:"distance"`  // distance of the parameters from the retrained ones, divided by that without an update
	Seconds   float64  `json:"seconds"`   // time of the retraining
	Ratio     float64  `json:"ratio"`     // time of the update divided by that of the retraining; computed when the report is written
}

// Certificate is what a release guarantees.
type Certificate struct {
	Epsilon  float64 `json:"epsilon"`  // of this release
	Delta    float64 `json:"delta"`    // of this release
	Noise    float64 `json:"noise"`    // standard deviation of the noise in a parameter
	Releases int     `json:"releases"` // of this model so far, this one among them
	Together float64 `json:"together"` // epsilon of all releases together
	Against  string  `json:"against"`  // what the release is compared with, in words
}

// Repeat says how to make the same update again.
type Repeat struct {
	Command string `json:"command"` // the command line
	Version string `json:"version"` // of the program
	Commit  string `json:"commit"`  // of the program; empty where it was built without one
	Seed    uint64 `json:"seed"`    // of everything random
	Go      string `json:"go"`      // version of Go
	System  string `json:"system"`  // operating system and processor
	Cores   int    `json:"cores"`   // that the program could use
	BLAS    string `json:"blas"`    // library of matrix products
	Files   []File `json:"files"`   // that were read and written
}

// File is a file that the update read or wrote.
type File struct {
	Role   string `json:"role"`   // what the file was for: training data, request, test data, model before, model after
	Name   string `json:"name"`   // without folder
	SHA256 string `json:"sha256"` // of its bytes; of a request the salted hash of what is asked
	Bytes  int64  `json:"bytes"`  // its size; 0 if it is not told
}

// Past is a command of the model's history.
type Past struct {
	Number   int       `json:"number"`         // from 0
	Time     time.Time `json:"time"`           // when it ended, in UTC
	Kind     string    `json:"kind"`           // train, import or unlearn
	Method   string    `json:"method"`         // what was carried out, or the trainer
	Request  string    `json:"request"`        // salted hash of what was asked; empty of a training
	Changes  string    `json:"changes"`        // what was asked, in words
	Residual *float64  `json:"residual_after"` // gradient residual that it left
}
