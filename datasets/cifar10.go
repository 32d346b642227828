package datasets

import (
	"context"
	"fmt"
	"io"
	"slices"
)

// cifarFiles are the six files of records in the official archive.
var cifarFiles = []knownFile{
	{"data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
	{"data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
	{"data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
	{"data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
	{"data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
	{"test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
}

// cifarGzipped are the same records gzipped one by one, in whatever order: no checksum is known.
var cifarGzipped = []knownFile{
	{"data_batch_1.bin.gz", ""}, {"data_batch_2.bin.gz", ""}, {"data_batch_3.bin.gz", ""}, {"data_batch_4.bin.gz", ""}, {"data_batch_5.bin.gz", ""},
	{"test_batch.bin.gz", ""},
}

const (
	cifarFolder = "cifar-10-batches-bin" // what the official archive unpacks to
	cifarSide   = 32
	cifarPlane  = cifarSide * cifarSide
	cifarBatch  = 10_000 // records of an official file
)

var cifarClasses = []string{"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}

// LoadCIFAR10 reads the images of CIFAR-10 from files in the official binary layout, plain or
// gzipped, one file after the other: records of a label of 0 to 9 in one byte and 3,072 bytes of
// pixels, the planes red, green and blue of 32 rows of 32 each. The images are [32, 32, 3], pixel
// by pixel; a network sees byte/255.
func LoadCIFAR10(files ...string) (*Dataset, error) {
	return readCIFAR10(context.Background(), files, 0)
}

// readCIFAR10 is [LoadCIFAR10] that stops between two files when ctx ends. want is the number of
// records of each file, 0 if any will do.
func readCIFAR10(ctx context.Context, files []string, want int) (*Dataset, error) {
	x := &Images{Height: cifarSide, Width: cifarSide, Channels: 3, Scale: 255, Pixels: make([]uint8, 0, len(files)*want*3*cifarPlane)}
	d := &Dataset{X: x, Classes: len(cifarClasses), ClassNames: slices.Clone(cifarClasses)}
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		before := x.N
		if err := withFile(file, func(r io.Reader) error { return appendRecords(d, x, r, file) }); err != nil {
			return nil, err
		}
		if n := x.N - before; n == 0 || want > 0 && n != want {
			return nil, malformed(file, 0, "%d records instead of %s", n, expected(want))
		}
	}
	if x.N == 0 {
		return nil, fmt.Errorf("datasets: no files of CIFAR-10 are named")
	}
	d.Name = files[0]
	return d, nil
}

func expected(want int) string {
	if want == 0 {
		return "at least 1"
	}
	return fmt.Sprint(want)
}

// appendRecords appends the records of one file to d and its images x.
func appendRecords(d *Dataset, x *Images, r io.Reader, file string) error {
	var record [1 + 3*cifarPlane]byte
	for k := 0; ; k++ {
		n, err := io.ReadFull(r, record[:])
		if err == io.EOF {
			return nil
		}
		if err == io.ErrUnexpectedEOF && n > 0 {
			return malformed(file, 0, "record %d has only %d of %d bytes: the file is cut off, or not in CIFAR-10's binary layout", k, n, len(record))
		}
		if err != nil {
			return malformed(file, 0, "record %d: %v", k, err)
		}
		if record[0] >= uint8(len(cifarClasses)) {
			return malformed(file, 0, "record %d has label %d, CIFAR-10 has 0 to %d: not its binary layout", k, record[0], len(cifarClasses)-1)
		}
		d.Y = append(d.Y, float64(record[0]))
		red, green, blue := record[1:1+cifarPlane], record[1+cifarPlane:1+2*cifarPlane], record[1+2*cifarPlane:]
		for p := range cifarPlane {
			x.Pixels = append(x.Pixels, red[p], green[p], blue[p])
		}
		x.N++
	}
}

// loadCIFAR10 reads the official files as training and test set.
func loadCIFAR10(ctx context.Context, path func(file string) string) (*Named, error) {
	var files []string
	for _, f := range cifarFiles {
		files = append(files, path(f.name))
	}
	last := len(files) - 1
	train, err := readCIFAR10(ctx, files[:last], cifarBatch)
	if err != nil {
		return nil, err
	}
	test, err := readCIFAR10(ctx, files[last:], cifarBatch)
	if err != nil {
		return nil, err
	}
	return &Named{Train: train, Test: test}, nil
}
