// Package tabledata is what the experiments on rows of features share, those of the packages
// tabular and certified: the data, the linear models and MLPs, the requests, the methods that are
// compared, the choice of their settings, and the tables with a column for each size of the change.
//
//   - [Experiment] is an experiment as these packages write it; its method Runnable gives it to the
//     engine.
//   - [Session] keeps what its units share: split data, trained models, tried settings and measured
//     draws, each by the encoding of the settings that it depends on (the tag scope of [Settings]).
//   - The variable contenders is the one list of methods: the order of rows, their colors and
//     legends, and what is carried out.
//   - [Session.Request] draws a change, [Session.Trial] carries it out with every contender,
//     [Session.TuningUnits] choose what is auto.
package tabledata
