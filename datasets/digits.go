package datasets

import (
	_ "embed"
	"fmt"
)

//go:embed embedded/digits.csv.gz
var digitsCSV []byte

const (
	digitsSide  = 8
	digitsScale = 16   // pixels count the black ones among 4 x 4 of a bitmap: 0 to 16
	digitsTrain = 1437 // the first four fifths of the rows; the rest is for testing
	digitsAll   = 1797
)

var digitNames = []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}

// loadDigits reads the embedded digits: the rows stay in the order of the file, the first 1,437
// train and the last 360 test.
func loadDigits() (*Named, error) {
	format := CSV{Label: "digit", Classes: digitNames}
	for p := range digitsSide * digitsSide {
		format.Header = append(format.Header, fmt.Sprint("pixel ", p))
	}
	format.Header = append(format.Header, format.Label)
	d, err := format.unpack(digitsCSV, "embedded digits.csv")
	if err != nil {
		return nil, err
	}
	if d.Len() != digitsAll {
		return nil, malformed(d.Name, 0, "%d rows instead of %d", d.Len(), digitsAll)
	}
	x := &Images{N: d.Len(), Height: digitsSide, Width: digitsSide, Channels: 1, Scale: digitsScale}
	for _, v := range d.X.(*Dense).Data {
		x.Pixels = append(x.Pixels, uint8(v))
	}
	all := &Dataset{X: x, Y: d.Y, Classes: d.Classes, ClassNames: d.ClassNames}
	return &Named{Train: all.Slice(0, digitsTrain), Test: all.Slice(digitsTrain, digitsAll)}, nil
}
