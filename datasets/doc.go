// Package datasets holds labeled samples (dense, sparse, image, tensor and token rows), loads them
// from files, cuts them from texts, and changes them the way an unlearning request asks.
//
//	format := datasets.CSV{Label: "bought", Scaling: datasets.Standard}
//	format.Categorical = []string{"city"}
//	train, err := format.Load("train.csv")
//	if err != nil {
//		return err
//	}
//	format.Like = train.Coding // the columns, classes and scales of the training file
//	test, err := format.Load("test.csv")
//	if err != nil {
//		return err
//	}
//	fewer, err := datasets.Without(train, []int{3, 14, 15})
//
// The names in groups:
//
//   - samples: [Dataset], and its rows, which are [Features]: [Dense], [CSR], [Images], [Tensor] or
//     [Tokens];
//   - data sets by name: [Load], [Named], [Names], [Describe], [Available], [Fetch], [Folder], and
//     [Verify] with [FileCheck] and [FileState];
//   - files: [CSV] with [Scaling], [UnknownLevel] and [Storage], [SVMLight], [NumPy], [IDX],
//     [LoadIDX], [LoadCIFAR10], [LoadNPZ], [LoadNPY] with [Array], and the [Coding] of [Column]s by
//     which a second file is read as the first was; tables of other formats as [Records], of which
//     [CSV] makes a [Coded] table, and says in [DroppedRow] and [Word] what it left out; [Unpack]
//     for gzipped ones;
//   - texts: [Vocabulary], [Windows], [Alice], [ReadText], [TextFrom], and a secret in a text:
//     [Canary], [InsertCanary], [FindSecret], [Span];
//   - changes, each of which returns a new data set: [Without], [ZeroColumns], [SetValues],
//     [SetLabels], [ReplaceRows], [ReplaceSpans], [FlipLabels], [NormalizeRows], [Split], [Concat],
//     [Sparse];
//   - measures: [Accuracy] of answers;
//   - errors: [FormatError] names file, line and column and has a [Fault], [MissingError] says how
//     a data set is to be had, [ErrNoSecret], and [QuotingError], which can say the same without
//     quoting the secret.
package datasets
