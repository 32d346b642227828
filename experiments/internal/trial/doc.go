// Package trial carries methods out and measures them, whatever the model is.
//
//   - [Contender] is a method with what tells it from others of its name, [Subject] the trained
//     model that is to forget.
//   - [Subject.Apply] runs and times a method: an [Outcome], in which a failure that belongs to the
//     method is a value, not an error. [Subject.CarryOut] also checks that the model gives numbers:
//     an [Applied].
//   - [Fitting] is a training that keeps its state and its seconds in the run's folder.
//   - [Random] and the streams give each purpose random numbers of its own, so that one more draw
//     of the one changes none of the other.
//   - [EndsCell] writes the cells of tables, with failures and forced updates.
package trial
