// Package engine runs experiments and shows what they gave. It knows none of them: a program names
// its experiments by [Use].
//
//   - What is run: [Experiment], its [Domain], its units of work ([Unit]), its settings
//     ([Settings], [Keys], [Owners], [Defaults]).
//   - A run: [Order] asks for it, [Plan] says what it would do, [Session] is what its units share,
//     [Progress] is told how far it is. A unit is finished when its records are in the folder; a
//     run that was stopped resumes with the missing units.
//   - Its file: [Config] is config.yaml, all that the records depend on. [Part] has the settings of
//     one experiment of the run.
//   - What is shown: [Results] are the records of one experiment; [Render], [Merge] and [Text] make
//     tables, figures and reports of them, [Answers] says what they answer.
//
// Nothing about a method, a model or a data set stands here. What experiments on one kind of data
// have in common is a field or a function of their [Domain].
package engine
