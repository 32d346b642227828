package datasets_test

import (
	"fmt"
	"strings"

	"lethe/datasets"
)

// A test file is read by the coding of the training file: the same columns, levels, classes and
// scales, whatever occurs in it and in whichever order its columns stand.
func ExampleCSV_like() {
	format := datasets.CSV{Label: "bought", Categorical: []string{"city"}, Scaling: datasets.MinMax}
	train, err := format.Read(strings.NewReader("city,age,bought\nRome,20,no\nOslo,60,yes\nBonn,40,yes\n"), "train.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	format.Like = train.Coding
	test, err := format.Read(strings.NewReader("age,bought,city\n30,yes,Rome\n"), "test.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(test.Columns, test.X.(*datasets.Dense).Data, test.ClassNames[int(test.Y[0])])
	_, err = format.Read(strings.NewReader("age,bought,city\n30,yes,Rome\n30,yes,Paris\n"), "other.csv")
	fmt.Println(err)
	// Output:
	// [city_Bonn city_Oslo city_Rome age] [0 0 1 0.25] yes
	// datasets: other.csv:3: column "city": the level "Paris" is not among those of the coding (Bonn, Oslo, Rome): mend the file, or set Unknown to "zero" or "drop"
}
